namespace VideoGrain.Orchestrator.Tests.S3;

/// <summary>The test server's signatures against the examples that AWS publishes, so that client and server cannot be wrong together.</summary>
public class SignatureCheckTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void Sign_OfTheDocumentedGetObject_GivesTheDocumentedSignature()
    {
        var canonical = SignatureCheck.Canonical(
            "GET", "/test.txt", [],
            [("Host", "examplebucket.s3.amazonaws.com"), ("Range", "bytes=0-9"), ("x-amz-content-sha256", EmptyHash), ("x-amz-date", "20130524T000000Z")],
            EmptyHash);

        Assert.Equal(
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            SignatureCheck.Sign(Secret, "20130524T000000Z", "20130524/us-east-1/s3/aws4_request", canonical));
    }

    [Fact]
    public void Sign_OfTheDocumentedUrl_GivesTheDocumentedSignature()
    {
        var canonical = SignatureCheck.Canonical(
            "GET", "/test.txt",
            [
                ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"), ("X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"),
                ("X-Amz-Date", "20130524T000000Z"), ("X-Amz-Expires", "86400"), ("X-Amz-SignedHeaders", "host"),
            ],
            [("host", "examplebucket.s3.amazonaws.com")], "UNSIGNED-PAYLOAD");

        Assert.Equal(
            "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
            SignatureCheck.Sign(Secret, "20130524T000000Z", "20130524/us-east-1/s3/aws4_request", canonical));
    }

    [Fact]
    public void Sign_OfTheDocumentedList_GivesTheDocumentedSignature()
    {
        var canonical = SignatureCheck.Canonical(
            "GET", "/", [("max-keys", "2"), ("prefix", "J")],
            [("Host", "examplebucket.s3.amazonaws.com"), ("x-amz-content-sha256", EmptyHash), ("x-amz-date", "20130524T000000Z")],
            EmptyHash);

        Assert.Equal(
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            SignatureCheck.Sign(Secret, "20130524T000000Z", "20130524/us-east-1/s3/aws4_request", canonical));
    }
}
