using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.ServiceDefaults.Tests.Security;

/// <summary>Bearer tokens, over the wire.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private readonly TokenForge _forge = new();
    private SecuredService _service = null!;

    private DateTimeOffset Now => _service.Time.GetUtcNow();

    public async ValueTask InitializeAsync() => _service = await SecuredService.StartAsync(_forge.PutOwnKeys().Settings);

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _forge.Dispose();
    }

    [Fact]
    public async Task GoodToken_NamesItsCaller_ByEitherAlgorithm()
    {
        Assert.Equal("token:alice", await _service.AskAsync(_forge.Rs256(_forge.Claims(Now))));
        Assert.Equal("token:alice", await _service.AskAsync(_forge.Es256(_forge.Claims(Now))));
    }

    [Fact]
    public async Task CallWithoutToken_IsRefused()
    {
        var error = await _service.RefusalAsync();
        Assert.Equal((StatusCode.Unauthenticated, ErrorReasons.CredentialsMissing), (error.Code, error.Reason));
    }

    [Theory]
    [InlineData("iss", "https://another.example")]
    [InlineData("iss", null)]
    [InlineData("aud", "another")]
    [InlineData("aud", null)]
    [InlineData("exp", null)]
    [InlineData("sub", null)]
    [InlineData("sub", "")]
    [InlineData("sub", "a\nb")]
    [InlineData("exp", "tomorrow")]
    public async Task WrongClaim_IsRefused(string claim, string? value)
    {
        var claims = _forge.Claims(Now);
        if (value is null) claims.Remove(claim);
        else claims[claim] = value;

        await AssertRefusedAsync(_forge.Rs256(claims));
        await AssertRefusedAsync(_forge.Es256(claims));
    }

    [Fact]
    public async Task Audience_MayBeOneOfSeveral()
    {
        var claims = _forge.Claims(Now);
        claims["aud"] = new[] { "another", TokenForge.Audience };
        Assert.Equal("token:alice", await _service.AskAsync(_forge.Rs256(claims)));
    }

    [Theory]
    [InlineData(-59, null, true)]
    [InlineData(-61, null, false)]
    [InlineData(300, 59, true)]
    [InlineData(300, 62, false)]
    public async Task Times_HoldWithinTheClockSkew(int expires, int? notBefore, bool accepted)
    {
        var claims = _forge.Claims(Now);
        claims["exp"] = Now.AddSeconds(expires).ToUnixTimeSeconds();
        if (notBefore is { } begin) claims["nbf"] = Now.AddSeconds(begin).ToUnixTimeSeconds();

        if (accepted) Assert.Equal("token:alice", await _service.AskAsync(_forge.Rs256(claims)));
        else await AssertRefusedAsync(_forge.Rs256(claims));
    }

    [Fact]
    public async Task UnsignedToken_IsRefused()
    {
        var claims = _forge.Claims(Now);
        foreach (var algorithm in new[] { "none", "None", "NONE", "" })
        {
            await AssertRefusedAsync(TokenForge.Sign(TokenForge.Header(algorithm, "rsa"), claims, _ => []));
            await AssertRefusedAsync(TokenForge.Sign(TokenForge.Header(algorithm, null), claims, _ => []));
        }
    }

    [Fact]
    public async Task PublicKeyAsSharedSecret_IsRefused()
    {
        byte[][] secrets = [Encoding.ASCII.GetBytes(_forge.Rsa.ExportSubjectPublicKeyInfoPem()), _forge.Rsa.ExportSubjectPublicKeyInfo(), _forge.Rsa.ExportParameters(false).Modulus!];
        foreach (var secret in secrets)
            await AssertRefusedAsync(TokenForge.Sign(TokenForge.Header("HS256", "rsa"), _forge.Claims(Now), data => HMACSHA256.HashData(secret, data)));
    }

    [Fact]
    public async Task OtherAlgorithms_AreRefused_EvenWithAGoodKey()
    {
        var claims = _forge.Claims(Now);
        await AssertRefusedAsync(TokenForge.Sign(
            TokenForge.Header("RS384", "rsa"), claims, data => _forge.Rsa.SignData(data, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1)));
        await AssertRefusedAsync(TokenForge.Sign(
            TokenForge.Header("PS256", "rsa"), claims, data => _forge.Rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)));
    }

    [Fact]
    public async Task KeyOfTheOtherKind_IsRefused()
    {
        var claims = _forge.Claims(Now);
        await AssertRefusedAsync(_forge.Rs256(claims, TokenForge.Header("RS256", "ec")));
        await AssertRefusedAsync(_forge.Es256(claims, TokenForge.Header("ES256", "rsa")));
        await AssertRefusedAsync(_forge.Rs256(claims, TokenForge.Header("RS256", "unknown")));
        await AssertRefusedAsync(_forge.Rs256(claims, TokenForge.Header("RS256", null)));
    }

    [Fact]
    public async Task KeyInTheToken_IsNotBelieved()
    {
        using var own = RSA.Create(2048);
        var header = TokenForge.Header("RS256", "mine");
        header["jwk"] = TokenForge.RsaKey(own, "mine");
        header["jku"] = "http://127.0.0.1/keys";
        await AssertRefusedAsync(TokenForge.Sign(header, _forge.Claims(Now), data => own.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
    }

    [Fact]
    public async Task CriticalExtension_IsRefused()
    {
        var header = TokenForge.Header("RS256", "rsa");
        header["crit"] = new[] { "b64" };
        header["b64"] = true;
        await AssertRefusedAsync(_forge.Rs256(_forge.Claims(Now), header));
    }

    [Fact]
    public async Task ChangedToken_IsRefused()
    {
        var (first, second) = (_forge.Rs256(_forge.Claims(Now)).Split('.'), _forge.Rs256(new(_forge.Claims(Now)) { ["sub"] = "mallory" }).Split('.'));
        await AssertRefusedAsync($"{first[0]}.{second[1]}.{first[2]}");
        await AssertRefusedAsync($"{first[0]}.{first[1]}.");
        await AssertRefusedAsync($"{first[0]}.{first[1]}.{first[2][..^8]}");
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.e30")]
    [InlineData("bnVsbA.bnVsbA.bnVsbA")]
    [InlineData("not a token")]
    [InlineData("a.b.c.d.e")]
    public async Task Nonsense_IsRefused(string token) => await AssertRefusedAsync(token);

    [Fact]
    public async Task HugeToken_IsRefused()
    {
        var claims = _forge.Claims(Now);
        claims["filler"] = new string('x', 14_000);
        await AssertRefusedAsync(_forge.Rs256(claims));
    }

    [Fact]
    public async Task RotatedKeys_CountWithoutARestart_AndTheOldOnesNoMore()
    {
        var old = _forge.Rs256(_forge.Claims(Now));
        Assert.Equal("token:alice", await _service.AskAsync(old));
        using var next = RSA.Create(2048);
        _forge.PutKeys(TokenForge.RsaKey(next, "next"));
        _service.Time.Advance(TimeSpan.FromSeconds(2));

        // A key that is not known yet makes the file be read at once.
        Assert.Equal("token:alice", await _service.AskAsync(TokenForge.Sign(
            TokenForge.Header("RS256", "next"), _forge.Claims(Now), data => next.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))));
        await AssertRefusedAsync(old);
    }

    [Fact]
    public async Task KeyFileThatBreaks_LeavesTheKnownKeysInForce()
    {
        await File.WriteAllTextAsync(_forge.KeySetPath, "{ not json");
        _service.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("token:alice", await _service.AskAsync(_forge.Rs256(_forge.Claims(Now))));
        File.Delete(_forge.KeySetPath);
        _service.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("token:alice", await _service.AskAsync(_forge.Rs256(_forge.Claims(Now))));
    }

    [Fact]
    public async Task UnusableKeys_StopTheStart()
    {
        using var weak = RSA.Create(1024);
        await RefusesToStartAsync(TokenForge.RsaKey(weak, "weak"));
        await RefusesToStartAsync(new Dictionary<string, object?> { ["kty"] = "oct", ["kid"] = "shared", ["k"] = TokenForge.Encode(new byte[32]), ["alg"] = "HS256" });
        await RefusesToStartAsync(new Dictionary<string, object?>(TokenForge.RsaKey(_forge.Rsa, "rsa")) { ["use"] = "enc" });
        await RefusesToStartAsync(new Dictionary<string, object?>(TokenForge.RsaKey(_forge.Rsa, "rsa")) { ["alg"] = "RS512" });
        await RefusesToStartAsync();
    }

    private async Task RefusesToStartAsync(params Dictionary<string, object?>[] keys)
    {
        using var forge = new TokenForge();
        await using var app = SecuredService.Build(forge.PutKeys(keys).Settings);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
        Assert.Contains(forge.KeySetPath, error.Message, StringComparison.Ordinal);
    }

    private async Task AssertRefusedAsync(string token)
    {
        var error = await _service.RefusalAsync(token);
        Assert.Equal((StatusCode.Unauthenticated, ErrorReasons.CredentialsInvalid), (error.Code, error.Reason));
        Assert.DoesNotContain("alice", error.Message, StringComparison.Ordinal);
    }
}
