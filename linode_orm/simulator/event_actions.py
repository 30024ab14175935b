"""Event actions: every name that the API's events have, and those that no operation of the API causes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

WITHOUT_OPERATION: Final[Mapping[str, str]] = {
    "community_like": "somebody liked a post in the community, which has no operation",
    "community_mention": "somebody named the user in the community, which has no operation",
    "community_question_reply": "somebody answered a question in the community, which has no operation",
    "database_backup_create": "backups of databases are made by themselves; no operation makes one",
    "database_backup_delete": "backups of databases end by themselves; no operation deletes one",
    "database_degraded": "a node of a database failed",
    "database_failed": "a database stopped working",
    "database_low_disk_space": "the disk of a database is nearly full",
    "database_migrate": "Linode moves a database to another platform",
    "host_reboot": "the host of a Linode was restarted",
    "lassie_reboot": "the watchdog booted a Linode that was found off",
    "linode_kvmify": "Linode moved a Linode from Xen to KVM",
    "linode_poweroff_on": "the host of a Linode is maintained by this maintenance policy",
    "lish_boot": "a Linode was booted in its console, which is reached by SSH",
    "lke_node_create": "the node of a cluster could not be made; Cloud Manager reads this event as a failure",
    "managed_disabled": "Managed ends by a support ticket; no operation ends it",
    "placement_group_became_compliant": "Linode moved the Linodes of a group to hosts as its rule asks",
    "placement_group_became_non_compliant": "Linodes of a group came to lie on hosts against its rule",
    "tag_update": "a tag changed, which no operation does",
    "tax_id_invalid": "a tax id was refused after it was set; which are refused is not known",
    "volume_migrate": "a volume moves to faster hardware, by a request that the description does not have",
    "volume_migrate_scheduled": "a volume will move so; its request is not in the description either",
}
"""Actions that no operation of the API's description causes, each with what does: `sim.events.add` makes them happen.

What each one tells is from the texts of Cloud Manager (packages/manager/src/features/Events/factories).
"""

_CAUSED: Final = """
account_agreement_eu_model account_promo_apply account_settings_update account_update
backups_cancel backups_enable backups_restore credit_card_updated
database_backup_restore database_create database_create_failed database_credentials_reset database_delete
database_resize database_resize_create database_resume database_scale database_suspend database_update
database_update_failed database_upgrade
disk_create disk_delete disk_duplicate disk_imagize disk_resize disk_update
dns_record_create dns_record_delete dns_record_update dns_zone_create dns_zone_delete dns_zone_import dns_zone_update
entity_transfer_accept entity_transfer_accept_recipient entity_transfer_cancel entity_transfer_create
entity_transfer_fail entity_transfer_stale
firewall_apply firewall_create firewall_delete firewall_device_add firewall_device_remove firewall_disable
firewall_enable firewall_rules_update firewall_update
image_delete image_update image_upload interface_create interface_delete interface_update
ipaddress_update ipv6pool_add ipv6pool_delete
linode_addip linode_boot linode_clone linode_config_create linode_config_delete linode_config_update linode_create
linode_delete linode_deleteip linode_migrate linode_migrate_datacenter linode_migrate_datacenter_create linode_mutate
linode_mutate_create linode_reboot linode_rebuild linode_resize linode_resize_create linode_resize_warm_create
linode_shutdown linode_snapshot linode_update
lke_cluster_create lke_cluster_delete lke_cluster_recycle lke_cluster_regenerate lke_cluster_update
lke_control_plane_acl_create lke_control_plane_acl_delete lke_control_plane_acl_update lke_kubeconfig_regenerate
lke_node_delete lke_node_recycle lke_pool_create lke_pool_delete lke_pool_recycle lke_token_rotate
longviewclient_create longviewclient_delete longviewclient_update
managed_enabled managed_service_create managed_service_delete
nodebalancer_config_create nodebalancer_config_delete nodebalancer_config_update nodebalancer_create
nodebalancer_delete nodebalancer_node_create nodebalancer_node_delete nodebalancer_node_update nodebalancer_update
oauth_client_create oauth_client_delete oauth_client_secret_reset oauth_client_update
obj_access_key_create obj_access_key_delete obj_access_key_update
password_reset payment_method_add payment_submitted
placement_group_assign placement_group_create placement_group_delete placement_group_unassign placement_group_update
profile_update stackscript_create stackscript_delete stackscript_publicize stackscript_revise stackscript_update
subnet_create subnet_delete subnet_update tag_create tag_delete tax_id_valid tfa_disabled tfa_enabled
ticket_attachment_upload ticket_create ticket_update token_create token_delete token_update
user_create user_delete user_ssh_key_add user_ssh_key_delete user_ssh_key_update user_update
vlan_attach vlan_detach
volume_attach volume_clone volume_create volume_delete volume_detach volume_resize volume_update
vpc_create vpc_delete vpc_update
"""

CAUSED: Final = frozenset(_CAUSED.split())
"""Actions that operations cause, or their jobs, or time."""

EVENT_ACTIONS: Final = CAUSED | WITHOUT_OPERATION.keys()
"""Every action that events have."""
