"""Keys that are random and no more, after the one name that their issuer gives them."""

from addons.core.detect.detector import Detector

API_KEY_NAMED = Detector(
    name="api_key",
    label="API_KEY",
    groups=("secrets",),
    pattern=r"(?<=(?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY|[sS]ecretAccessKey|AccountKey|SharedAccessKey)"
    r"[\"']?[ ]?[=:][ ]?[\"']?)"
    r"(?:[A-Za-z0-9/+]{86}==|[A-Za-z0-9/+]{43}=|[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=]))",  # Amazon, Azure
    examples=(
        "AccountKey=" + "a1B2" * 21 + "a1==;",
        "SharedAccessKey=" + "a1B2" * 10 + "a1B=",
        "aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_SECRET_ACCESS_KEY=" + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        '"SecretAccessKey": "' + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" + '"',
    ),
    counter_examples=("AccountKey=abc", "aws_secret_access_key = os.environ['KEY']", "AWS_SECRET_ACCESS_KEY=abc"),
)
