"""The kinds of facts that webhooks can be told, and what their subjects are; and those that stay here.

A kind is its name, since a hook may be told of facts of features that stand above.  A test finds every fact of the
site in one of the two tables.
"""

from collections.abc import Mapping

_TOLD: Mapping[str, str] = {
    "record": (
        "VersionPublished VersionEdited VersionWithdrawn VersionRestored EmbargoLifted EmbargoRestored EmbargoChanged"
        " FilesJudged EditBegun"
    ),
    "draft": "DraftOpened DraftExpiring DraftDiscarded NewVersionBegun",
    "dataset": "CommunityAssigned RequestSettingsChanged GrantsChanged DatasetHandedOver OwnershipMoved"
    " RecordQuotaChanged",
    "grant": "GrantGiven GrantEnded",
    "link": "LinkMade LinkChanged LinkReleased LinkRevoked",
    "access_request": (
        "AccessRequested AccessGranted AccessDeclined AccessRequestCancelled AccessRequestExpired AccessEnded"
    ),
    "ownership_offer": "OwnershipOffered OwnershipAccepted OwnershipDeclined OwnershipOfferEnded",
    "file": "FileVerified FileFailed FaultFound FaultCleared",
    "identifier": "RegistrationOverdue RegistrationRetried",
    "community": "CommunityDefined CommunityRenamed",
    "set": "SetDefined SetChanged SetRemoved",
    "index": "IndexLost",
    "webhook": "WebhookDefined WebhookRemoved",
    "organisations": "OrganisationsRefreshed",
    "person": (
        "PersonRegistered PersonSuspended PersonActivated RoleChanged QuotaChanged AccountMerged ErasureBegun"
        " AccountErased SignInsFailed WrongTokensRefused"
    ),
    "token": "TokenIssued TokenRevoked",
    "team": "TeamOpened TeamChanged TeamRemoved TeamInvited TeamJoined TeamLeft TeamRoleChanged",
    "institution": "InstitutionOpened InstitutionRulesChanged InstitutionJoined InstitutionLeft",
}
SUBJECTS: Mapping[str, str] = {kind: subject for subject, kinds in _TOLD.items() for kind in kinds.split()}
"""By kind of fact, what its subject is."""

_BOOKKEEPING = "It is bookkeeping of the program; of some, telling would go on without an end."
_SAFETY = "It concerns how a person gets into their account, and the audit trail alone tells it."
_KEPT: Mapping[str, str] = {
    _BOOKKEEPING: (
        "HookDue VerificationDue NoticeDue NoticeSentAgain DigestDue AddressBounced DraftSaved FileReceived"
        " FilesRenamed FilesRemoved UploadGivenUp FileReleased FileSetDiscarded FetchDue ImportDue"
        " TokenExpiresSoon"
    ),
    _SAFETY: (
        "PasswordChanged EmailChanged AuthenticatorAdded AuthenticatorRemoved RecoveryCodeUsed IdentityLinked"
        " IdentityUnlinked RuleGrantsChanged SignInRefused SignedOutByProvider SessionBegun SessionEnded SessionsEnded"
        " EmailVerificationAsked PasswordResetAsked InvitationAsked EmailChangeAsked AddressLeft"
    ),
    "It is a wish of an administrator to the program, and the audit trail tells it.": "JobsRetried SweepWished",
    "It is a person's own affair.": "ProfileChanged NoticesMuted ExportRequested GuestRequestBegun",
}
KEPT: Mapping[str, str] = {kind: reason for reason, kinds in _KEPT.items() for kind in kinds.split()}
"""By kind of fact that no webhook is told, why."""
