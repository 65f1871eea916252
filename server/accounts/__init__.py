"""Roles, logins, classes: who is there and what they may do.

It does not know cookies, requests, or what is chatted.
"""

from server.accounts.accounts import Accounts
from server.accounts.logins import NewLogin
from server.accounts.permissions import RIGHTS, Permission, Role, allows, may, require, require_chat
from server.accounts.rights import rights_of
from server.accounts.stages import LedChoice, Stage, StageChoice, Stages, StageView
from server.accounts.views import (
    ClassPatch,
    ClassRef,
    ClassView,
    KeyView,
    LoginView,
    MadeKey,
    NewClass,
    NewKey,
    NewReveal,
    NewUser,
    RevealView,
    UserPatch,
    UserView,
)
from server.accounts.who import Who, pseudonym

__all__ = [
    "RIGHTS",
    "Accounts",
    "ClassPatch",
    "ClassRef",
    "ClassView",
    "KeyView",
    "LedChoice",
    "LoginView",
    "MadeKey",
    "NewClass",
    "NewKey",
    "NewLogin",
    "NewReveal",
    "NewUser",
    "Permission",
    "RevealView",
    "Role",
    "Stage",
    "StageChoice",
    "StageView",
    "Stages",
    "UserPatch",
    "UserView",
    "Who",
    "allows",
    "may",
    "pseudonym",
    "require",
    "require_chat",
    "rights_of",
]
