"""Identity providers: OpenID Connect with several at once, sign-in, sign-out, back-channel."""
