using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Security;

namespace VideoGrain.ServiceDefaults.Tests.Security;

/// <summary>What a service may be started with.</summary>
public class StartPolicyTests
{
    private const string Everywhere = "--Endpoints:Address=*";
    private static readonly string KeyHash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes("a key")));

    [Theory]
    [InlineData(Everywhere)]
    [InlineData("--Endpoints:Address=10.0.0.1")]
    [InlineData("--Endpoints:Address=0.0.0.0")]
    public async Task ServiceOffLoopback_WithoutAuthentication_DoesNotStart(string address)
    {
        await using var app = SecuredService.Build(address);
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());
        Assert.Contains("Auth:AllowAnonymous", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServiceOffLoopback_MayStart_WhenCallersAreAskedOrItIsSaidExplicitly()
    {
        string[][] allowed = [["--Auth:AllowAnonymous=true"], ["--Auth:Callers:alice:KeySha256=" + KeyHash]];
        foreach (var settings in allowed)
        {
            await using var app = SecuredService.Build([Everywhere, .. settings]);
            Assert.NotNull(app.Services.GetRequiredService<IOptions<AuthOptions>>().Value);
        }
    }

    [Theory]
    [InlineData("--Auth:Callers:alice:KeySha256=short", "KeySha256")]
    [InlineData("--Auth:Tokens:KeySetPath=keys.json", "Auth:Tokens")]
    [InlineData("--Endpoints:ClientCaPath=ca.pem", "Endpoints:CertificatePath")]
    [InlineData("--Auth:Certificates:Names:0=somebody", "Endpoints:ClientCaPath")]
    public async Task SettingsThatContradictEachOther_AreNamed(string setting, string named)
    {
        await using var app = SecuredService.Build(setting);
        var error = Assert.Throws<OptionsValidationException>(() => app.Services.GetRequiredService<IOptions<AuthOptions>>().Value);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loopback_NeedsNoAuthentication()
    {
        await using var service = await SecuredService.StartAsync();
        Assert.Equal("anonymous", await service.AskAsync());
    }

    [Fact]
    public async Task Keys_NameTheirCaller()
    {
        await using var service = await SecuredService.StartAsync("--Auth:Callers:alice:KeySha256=" + KeyHash);

        Assert.Equal("alice", await service.AskAsync(bearer: "a key"));
        Assert.Equal("alice", await service.AskAsync(apiKey: "a key"));
        Assert.Equal(ErrorReasons.CredentialsInvalid, (await service.RefusalAsync(apiKey: "another key")).Reason);
        Assert.Equal(ErrorReasons.CredentialsMissing, (await service.RefusalAsync()).Reason);
    }
}
