"""A text as others read it: deciphered. Detectors look at each view as well as at the text as it stands."""
