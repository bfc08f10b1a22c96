"""Which operation a method and a path stand for."""

import re
from urllib.parse import unquote

from addons.core.protocols.routes import Routes

_ROUTES = """
POST   /chat/completions                                     chat
GET    /chat/completions                                     chat.list
GET    /chat/completions/{}                                  chat.get
POST   /chat/completions/{}                                  chat.update
DELETE /chat/completions/{}                                  chat.delete
GET    /chat/completions/{}/messages                         chat.messages
POST   /completions                                          completions
POST   /embeddings                                           embeddings
POST   /moderations                                          moderations
GET    /models                                               models.list
GET    /models/{}                                            models.get
DELETE /models/{}                                            models.delete
POST   /responses                                            responses
GET    /responses/{}                                         responses.get
DELETE /responses/{}                                         responses.delete
POST   /responses/{}/cancel                                  responses.cancel
GET    /responses/{}/input_items                             responses.input_items
POST   /responses/input_tokens                               responses.input_tokens
POST   /responses/compact                                    responses.compact
POST   /conversations                                        conversations.create
GET    /conversations/{}                                     conversations.get
POST   /conversations/{}                                     conversations.update
DELETE /conversations/{}                                     conversations.delete
POST   /conversations/{}/items                               conversations.items.create
GET    /conversations/{}/items                               conversations.items.list
GET    /conversations/{}/items/{}                            conversations.items.get
DELETE /conversations/{}/items/{}                            conversations.items.delete
POST   /files                                                files.create
GET    /files                                                files.list
GET    /files/{}                                             files.get
DELETE /files/{}                                             files.delete
GET    /files/{}/content                                     files.content
POST   /uploads                                              uploads.create
POST   /uploads/{}/parts                                     uploads.add_part
POST   /uploads/{}/complete                                  uploads.complete
POST   /uploads/{}/cancel                                    uploads.cancel
POST   /batches                                              batches.create
GET    /batches                                              batches.list
GET    /batches/{}                                           batches.get
POST   /batches/{}/cancel                                    batches.cancel
POST   /images/generations                                   images.generate
POST   /images/edits                                         images.edit
POST   /images/variations                                    images.variation
POST   /audio/speech                                         audio.speech
POST   /audio/transcriptions                                 audio.transcription
POST   /audio/translations                                   audio.translation
POST   /assistants                                           assistants.create
GET    /assistants                                           assistants.list
GET    /assistants/{}                                        assistants.get
POST   /assistants/{}                                        assistants.update
DELETE /assistants/{}                                        assistants.delete
POST   /threads                                              threads.create
GET    /threads/{}                                           threads.get
POST   /threads/{}                                           threads.update
DELETE /threads/{}                                           threads.delete
POST   /threads/runs                                         threads.create_and_run
POST   /threads/{}/messages                                  threads.messages.create
GET    /threads/{}/messages                                  threads.messages.list
GET    /threads/{}/messages/{}                               threads.messages.get
POST   /threads/{}/messages/{}                               threads.messages.update
DELETE /threads/{}/messages/{}                               threads.messages.delete
POST   /threads/{}/runs                                      threads.runs.create
GET    /threads/{}/runs                                      threads.runs.list
GET    /threads/{}/runs/{}                                   threads.runs.get
POST   /threads/{}/runs/{}                                   threads.runs.update
POST   /threads/{}/runs/{}/cancel                            threads.runs.cancel
POST   /threads/{}/runs/{}/submit_tool_outputs               threads.runs.submit_tool_outputs
GET    /threads/{}/runs/{}/steps                             threads.runs.steps.list
GET    /threads/{}/runs/{}/steps/{}                          threads.runs.steps.get
POST   /vector_stores                                        vector_stores.create
GET    /vector_stores                                        vector_stores.list
GET    /vector_stores/{}                                     vector_stores.get
POST   /vector_stores/{}                                     vector_stores.update
DELETE /vector_stores/{}                                     vector_stores.delete
POST   /vector_stores/{}/search                              vector_stores.search
POST   /vector_stores/{}/files                               vector_stores.files.create
GET    /vector_stores/{}/files                               vector_stores.files.list
GET    /vector_stores/{}/files/{}                            vector_stores.files.get
POST   /vector_stores/{}/files/{}                            vector_stores.files.update
DELETE /vector_stores/{}/files/{}                            vector_stores.files.delete
GET    /vector_stores/{}/files/{}/content                    vector_stores.files.content
POST   /vector_stores/{}/file_batches                        vector_stores.file_batches.create
GET    /vector_stores/{}/file_batches/{}                     vector_stores.file_batches.get
POST   /vector_stores/{}/file_batches/{}/cancel              vector_stores.file_batches.cancel
GET    /vector_stores/{}/file_batches/{}/files               vector_stores.file_batches.list_files
POST   /fine_tuning/jobs                                     fine_tuning.create
GET    /fine_tuning/jobs                                     fine_tuning.list
GET    /fine_tuning/jobs/{}                                  fine_tuning.get
POST   /fine_tuning/jobs/{}/cancel                           fine_tuning.cancel
POST   /fine_tuning/jobs/{}/pause                            fine_tuning.pause
POST   /fine_tuning/jobs/{}/resume                           fine_tuning.resume
GET    /fine_tuning/jobs/{}/events                           fine_tuning.events
GET    /fine_tuning/jobs/{}/checkpoints                      fine_tuning.checkpoints
POST   /realtime/client_secrets                              realtime.client_secrets
POST   /realtime/sessions                                    realtime.sessions
POST   /realtime/transcription_sessions                      realtime.transcription_sessions
GET    /realtime                                             realtime.connect
POST   /realtime/calls                                       realtime.calls
POST   /containers                                           containers.create
GET    /containers                                           containers.list
GET    /containers/{}                                        containers.get
DELETE /containers/{}                                        containers.delete
POST   /containers/{}/files                                  containers.files.create
GET    /containers/{}/files                                  containers.files.list
GET    /containers/{}/files/{}                               containers.files.get
DELETE /containers/{}/files/{}                               containers.files.delete
GET    /containers/{}/files/{}/content                       containers.files.content
POST   /videos                                               videos.create
GET    /videos                                               videos.list
GET    /videos/{}                                            videos.get
DELETE /videos/{}                                            videos.delete
POST   /videos/{}/remix                                      videos.remix
GET    /videos/{}/content                                    videos.content
"""

# A version as in /v1, /openai/v1 or /api/v1beta; Azure's deployments; or nothing before the operation.
_PREFIX = re.compile(
    r"(?:(?:/[A-Za-z0-9_.\-]+)*?/v[0-9]+(?:beta|alpha)?(?=/)|/openai(?=/))?(?:/deployments/(?P<deployment>[^/]+))?"
)
ROUTES = Routes(_ROUTES, _PREFIX)


def deployment_of(path: str) -> str:
    """Return the deployment that ``path`` names, as on Azure, where it stands for the model; else an empty string."""
    prefix = _PREFIX.match(path)
    return unquote(prefix["deployment"] or "") if prefix else ""
