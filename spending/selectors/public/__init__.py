"""What everybody may read of payments: never a person, few people never counted."""
