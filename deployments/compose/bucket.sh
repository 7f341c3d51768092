#!/bin/sh
# Makes the bucket of the pictures, and the user who may read, write and remove in it and nothing else. It may run again.
# Old versions are not kept there, as what is forgotten would stay.
set -eu

until mc alias set store http://bucket:9000 root "$BUCKET_ROOT_SECRET" >/dev/null; do
    sleep 1
done
mc mb --ignore-existing store/pictures
cat >/tmp/pictures.json <<END
{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": ["arn:aws:s3:::pictures"]},
    {"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject"],
      "Resource": ["arn:aws:s3:::pictures/*"]}
  ]
}
END
mc admin policy create store pictures /tmp/pictures.json
mc admin user add store "$BUCKET_KEY" "$BUCKET_SECRET"
# attaching what is attached already is an error to mc
mc admin policy attach store pictures --user "$BUCKET_KEY" ||
    mc admin policy entities store --user "$BUCKET_KEY" | grep -qw pictures
