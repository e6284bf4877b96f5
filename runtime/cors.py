"""What a browser needs to let a page of another origin call the service: flask-cors' own headers, without Flask."""

import os


def cors_headers_of(application):
    """A function from a Request to headers, for the origins of AML_CORS_ORIGINS; as `aml_blueprint.py` sets it up."""
    origins = [origin.strip() for origin in os.environ.get("AML_CORS_ORIGINS", "").split(",") if origin.strip()]
    if not origins:
        return lambda request: []
    from flask_cors import core
    from werkzeug.datastructures import Headers

    options = core.get_cors_options(application, {"methods": ["GET", "POST"], "origins": origins})

    def headers(request):
        found = core.get_cors_headers(options, Headers(request.headers), request.method)
        return [(name, str(value)) for name, value in found.items()]

    return headers
