"""The web: routes, pages, the chat's socket. The only package, with `server.app`, that knows Starlette."""
