using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace VideoGrain.Orchestrator.Artifacts.S3;

/// <summary>The requests that the store makes, with its own exceptions. Payloads are signed, so the server notices a byte that changed on the way.</summary>
internal sealed class S3Bucket : IDisposable
{
    private readonly AmazonS3Client _client;
    private readonly AmazonS3Client? _public;
    private readonly HttpClient _http;
    private readonly S3StoreOptions _options;

    public S3Bucket(S3StoreOptions options)
    {
        _options = options;
        _client = Connect(options.Endpoint);
        _public = options.PublicEndpoint is { } address ? Connect(address) : null;
        _http = new HttpClient { Timeout = options.RequestTimeout };
    }

    public Task PutAsync(string key, byte[] data, int length, CancellationToken cancellationToken) => S3Errors.GuardAsync(
        async () =>
        {
            using var body = new MemoryStream(data, 0, length, writable: false);
            return await _client.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = _options.Bucket,
                    Key = key,
                    InputStream = body,
                    AutoCloseStream = false,
                    UseChunkEncoding = false,
                    DisablePayloadSigning = false,
                },
                cancellationToken);
        },
        cancellationToken);

    public async Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken) => (await S3Errors.GuardAsync(
        () => _client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = _options.Bucket, Key = key }, cancellationToken),
        cancellationToken)).UploadId;

    public Task<PartETag> UploadPartAsync(string key, string upload, int number, byte[] data, int length, CancellationToken cancellationToken) => S3Errors.GuardAsync(
        async () =>
        {
            using var body = new MemoryStream(data, 0, length, writable: false);
            var answer = await _client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = _options.Bucket,
                    Key = key,
                    UploadId = upload,
                    PartNumber = number,
                    PartSize = length,
                    InputStream = body,
                    UseChunkEncoding = false,
                    DisablePayloadSigning = false,
                },
                cancellationToken);
            return new PartETag(number, answer.ETag);
        },
        cancellationToken);

    /// <summary>Makes an object of the parts. An answer that was lost is no harm: the object's length tells.</summary>
    public async Task CompleteUploadAsync(string key, string upload, List<PartETag> parts, long length, CancellationToken cancellationToken)
    {
        try
        {
            await S3Errors.GuardAsync(
                () => _client.CompleteMultipartUploadAsync(
                    new CompleteMultipartUploadRequest { BucketName = _options.Bucket, Key = key, UploadId = upload, PartETags = parts }, cancellationToken),
                cancellationToken);
        }
        catch (AmazonS3Exception exception) when (S3Errors.IsMissing(exception))
        {
            // A first answer was lost on the way back, or the upload was removed; the check below tells which.
        }

        if (await FindLengthAsync(key, cancellationToken) != length)
            throw new ArtifactStoreUnavailableException("The artifact store put an upload together wrongly.");
    }

    public async Task AbortUploadAsync(string key, string upload, CancellationToken cancellationToken)
    {
        try
        {
            await S3Errors.GuardAsync(
                () => _client.AbortMultipartUploadAsync(
                    new AbortMultipartUploadRequest { BucketName = _options.Bucket, Key = key, UploadId = upload }, cancellationToken),
                cancellationToken);
        }
        catch (AmazonS3Exception exception) when (S3Errors.IsMissing(exception))
        {
            // It is gone already.
        }
    }

    public Task CopyAsync(string source, string target, CancellationToken cancellationToken) => S3Errors.GuardAsync(
        () => _client.CopyObjectAsync(
            new CopyObjectRequest { SourceBucket = _options.Bucket, SourceKey = source, DestinationBucket = _options.Bucket, DestinationKey = target }, cancellationToken),
        cancellationToken);

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            await S3Errors.GuardAsync(
                () => _client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = _options.Bucket, Key = key }, cancellationToken), cancellationToken);
        }
        catch (AmazonS3Exception exception) when (S3Errors.IsMissing(exception))
        {
            // It is gone already.
        }
    }

    public async Task<long?> FindLengthAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return (await S3Errors.GuardAsync(
                () => _client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = _options.Bucket, Key = key }, cancellationToken),
                cancellationToken)).ContentLength;
        }
        catch (AmazonS3Exception exception) when (S3Errors.IsMissing(exception))
        {
            return null;
        }
    }

    /// <summary>Opens an object from a byte on; null where there are no bytes from there on, because the object ends there or is not there.</summary>
    public async Task<GetObjectResponse?> OpenAsync(string key, long offset, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest { BucketName = _options.Bucket, Key = key };
        if (offset > 0)
            request.ByteRange = new ByteRange($"bytes={offset.ToString(System.Globalization.CultureInfo.InvariantCulture)}-");
        try
        {
            return await S3Errors.GuardAsync(() => _client.GetObjectAsync(request, cancellationToken), cancellationToken);
        }
        catch (AmazonS3Exception exception) when (S3Errors.IsMissing(exception) || exception.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return null;
        }
    }

    /// <summary>Every object below a prefix.</summary>
    public async IAsyncEnumerable<S3Object> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = prefix, ContinuationToken = next };
            var page = await S3Errors.GuardAsync(() => _client.ListObjectsV2Async(request, cancellationToken), cancellationToken);
            foreach (var entry in page.S3Objects ?? [])
                yield return entry;

            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    /// <summary>Every upload below a prefix that was begun and not ended; none where the store does not list them, for such stores tidy themselves.</summary>
    public async IAsyncEnumerable<MultipartUpload> ListUploadsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListMultipartUploadsRequest { BucketName = _options.Bucket, Prefix = prefix };
        while (true)
        {
            var page = await TryListUploadsAsync(request, cancellationToken);
            foreach (var upload in page?.MultipartUploads ?? [])
                yield return upload;

            if (page?.IsTruncated != true)
                yield break;
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
    }

    /// <summary>Signs a deletion that the server accepts only until a time on its own clock.</summary>
    public async Task<Uri> SignDeletionAsync(string key, DateTime expires) => new(await _client.GetPreSignedURLAsync(
        new GetPreSignedUrlRequest { BucketName = _options.Bucket, Key = key, Verb = HttpVerb.DELETE, Expires = expires, Protocol = ProtocolOf(_options.Endpoint) }));

    /// <summary>Sends a signed deletion once.</summary>
    /// <returns>False when the server refused it because its time is up.</returns>
    public Task<bool> SendDeletionAsync(Uri signed, CancellationToken cancellationToken) => S3Errors.GuardAsync(
        async () =>
        {
            using var answer = await _http.DeleteAsync(signed, cancellationToken);
            return answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.NotFound || (answer.StatusCode == HttpStatusCode.Forbidden
                ? false
                : throw new ArtifactStoreUnavailableException($"The artifact store answered a deletion with {(int)answer.StatusCode}."));
        },
        cancellationToken);

    /// <summary>Signs a download.</summary>
    public async Task<Uri> SignDownloadAsync(string key, string fileName, string mediaType, DateTime expires) => new(await (_public ?? _client).GetPreSignedURLAsync(
        new GetPreSignedUrlRequest
        {
            BucketName = _options.Bucket,
            Key = key,
            Verb = HttpVerb.GET,
            Expires = expires,
            Protocol = ProtocolOf(_options.PublicEndpoint ?? _options.Endpoint),
            ResponseHeaderOverrides = { ContentDisposition = $"attachment; filename=\"{fileName}\"", ContentType = mediaType },
        }));

    public void Dispose()
    {
        _client.Dispose();
        _public?.Dispose();
        _http.Dispose();
    }

    private async Task<ListMultipartUploadsResponse?> TryListUploadsAsync(ListMultipartUploadsRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await S3Errors.GuardAsync(() => _client.ListMultipartUploadsAsync(request, cancellationToken), cancellationToken);
        }
        catch (ArtifactStoreUnavailableException exception) when (exception.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotImplemented })
        {
            return null;
        }
    }

    private AmazonS3Client Connect(Uri? endpoint)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = _options.PathStyle,
            MaxErrorRetry = _options.MaxRetries,
            Timeout = _options.RequestTimeout,

            // The signed payload hash is the checksum; further ones are not understood by every compatible store.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (endpoint is null)
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(_options.Region);
        else
            (config.ServiceURL, config.AuthenticationRegion) = (endpoint.ToString(), _options.Region);

        return _options switch
        {
            { AccessKeyId: null } => new AmazonS3Client(config),
            { SessionToken: { Length: > 0 } token } => new AmazonS3Client(new SessionAWSCredentials(_options.AccessKeyId, _options.SecretAccessKey, token), config),
            _ => new AmazonS3Client(new BasicAWSCredentials(_options.AccessKeyId, _options.SecretAccessKey), config),
        };
    }

    private static Protocol ProtocolOf(Uri? endpoint) => endpoint?.Scheme == Uri.UriSchemeHttp ? Protocol.HTTP : Protocol.HTTPS;
}
