from linode_orm import ObjectStorageBucket, ObjectStorageKey, Session

with Session() as session:
    photos = ObjectStorageBucket(label="photos", region="us-east", acl="private")
    access = [{"bucket_name": "photos", "region": "us-east", "permissions": "read_write"}]
    key = ObjectStorageKey(label="photos-writer", bucket_access=access)
    session.add_all([photos, key])
    session.commit()
    print(len(key.access_key), len(key.secret_key))  # 20 40
    signed = photos.object_url(method="GET", name="cat.jpg", expires_in=600)
    print(signed.url)  # https://...
