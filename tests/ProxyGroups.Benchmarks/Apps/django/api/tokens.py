"""Who asks: a signed token, which /token hands out here."""

from datetime import datetime, timedelta, timezone

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.http import JsonResponse

_KEY = ec.generate_private_key(ec.SECP256R1())
_PUBLIC = _KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def make(name):
    return jwt.encode({"sub": name, "exp": datetime.now(timezone.utc) + timedelta(hours=1)}, _KEY, algorithm="ES256")


class Middleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        request.caller = None
        if scheme == "Bearer":
            try:
                request.caller = jwt.decode(token, _PUBLIC, algorithms=["ES256"])["sub"]
            except jwt.InvalidTokenError as error:
                return JsonResponse({"error": str(error)}, status=401)
        return self.get_response(request)
