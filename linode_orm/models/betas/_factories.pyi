from datetime import datetime

from linode_orm.models.betas.beta_program import BetaProgram

class BetasFactories:
    def beta_program(
        self,
        *,
        id: str = ...,
        label: str = ...,
        description: str | None = ...,
        ended: datetime | None = ...,
        greenlight_only: bool = ...,
        more_info: str | None = ...,
        started: datetime = ...,
    ) -> BetaProgram: ...
