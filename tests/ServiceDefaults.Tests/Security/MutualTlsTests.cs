using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Security;

namespace VideoGrain.ServiceDefaults.Tests.Security;

/// <summary>Certificates on both sides, over the wire.</summary>
public sealed class MutualTlsTests : IAsyncLifetime
{
    private readonly TestAuthority _authority = new();
    private SecuredService _service = null!;

    public async ValueTask InitializeAsync()
    {
        var server = _authority.Issue("server", "localhost", TestAuthority.ServerUsage);
        _service = await SecuredService.StartAsync(
            $"--Endpoints:CertificatePath={server.Path}", $"--Endpoints:CertificateKeyPath={server.KeyPath}", $"--Endpoints:ClientCaPath={_authority.Path}",
            "--Auth:Certificates:Names:0=orchestrator");
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _authority.Dispose();
    }

    [Fact]
    public async Task CertificateThatMayCall_IsTheCaller()
    {
        var client = _authority.Issue("client", "orchestrator", TestAuthority.ClientUsage);
        Assert.Equal("cert:orchestrator", await _service.AskAsync(tls: Shows(client.Certificate)));
    }

    [Fact]
    public async Task CertificateWithAnotherName_IsRefused()
    {
        var client = _authority.Issue("client", "somebody", TestAuthority.ClientUsage);
        Assert.Equal(ErrorReasons.CredentialsMissing, (await _service.RefusalAsync(tls: Shows(client.Certificate))).Reason);
    }

    [Fact]
    public async Task ClientWithoutAGoodCertificate_DoesNotConnect()
    {
        using var stranger = new TestAuthority();
        var foreign = stranger.Issue("client", "orchestrator", TestAuthority.ClientUsage);
        var expired = _authority.Issue("expired", "orchestrator", TestAuthority.ClientUsage, DateTimeOffset.UtcNow.AddHours(-1));
        var server = _authority.Issue("wrong", "orchestrator", TestAuthority.ServerUsage);

        await AssertNoConnectionAsync(Trusts);
        await AssertNoConnectionAsync(Shows(foreign.Certificate));
        await AssertNoConnectionAsync(Shows(expired.Certificate));
        await AssertNoConnectionAsync(Shows(server.Certificate));
    }

    [Fact]
    public async Task ClientTls_ShowsItsCertificate_AndBelievesOnlyItsAuthority()
    {
        var client = _authority.Issue("client", "orchestrator", TestAuthority.ClientUsage);
        using var stranger = new TestAuthority("test authority");

        Assert.Equal("cert:orchestrator", await _service.AskAsync(tls: NewClient(_authority.Path, client.Path, client.KeyPath).Apply));
        await AssertNoConnectionAsync(NewClient(stranger.Path, client.Path, client.KeyPath).Apply);
        await AssertNoConnectionAsync(NewClient(_authority.Path, client.Path, client.KeyPath).Apply, host: "another.example");
        await AssertNoConnectionAsync(NewClient(null, client.Path, client.KeyPath).Apply);
    }

    [Fact]
    public async Task RotatedCertificate_IsShownFromTheNextConnectionOn()
    {
        var client = _authority.Issue("client", "orchestrator", TestAuthority.ClientUsage);
        var before = await SerialShownAsync(client.Certificate);
        var rotated = _authority.Issue("server", "localhost", TestAuthority.ServerUsage, DateTimeOffset.UtcNow.AddDays(90));
        Assert.Equal(before, await SerialShownAsync(client.Certificate));
        _service.Time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(rotated.Certificate.SerialNumber, await SerialShownAsync(client.Certificate));
    }

    [Fact]
    public async Task Expiry_IsAMetric()
    {
        var rotated = _authority.Issue("server", "localhost", TestAuthority.ServerUsage, DateTimeOffset.UtcNow.AddDays(90));
        _service.Time.Advance(TimeSpan.FromSeconds(6));
        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(new Uri(_service.Http, "metrics"));
        var sample = Regex.Match(metrics, "^videograin_certificate_expiry_timestamp_seconds{.*purpose=\"server\".*} ([0-9.e+]+)", RegexOptions.Multiline);

        Assert.Equal(new DateTimeOffset(rotated.Certificate.NotAfter).ToUnixTimeSeconds(), double.Parse(sample.Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.Contains("purpose=\"client_ca\"", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HealthAndMetrics_NeedNoCertificate_OnTheirOwnPort()
    {
        using var http = new HttpClient();
        Assert.True((await http.GetAsync(new Uri(_service.Http, "livez"))).IsSuccessStatusCode);
    }

    [Fact]
    public void UnusableCertificate_StopsTheStart()
    {
        var error = Assert.Throws<InvalidOperationException>(
            () => SecuredService.Build($"--Endpoints:CertificatePath={_authority.Path}", $"--Endpoints:CertificateKeyPath={_authority.Path}"));
        Assert.Contains(_authority.Path, error.Message, StringComparison.Ordinal);
    }

    private static ClientTls NewClient(string? ca, string certificate, string key)
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        return new ClientTls(ca, certificate, key, new CertificateWatch(meters, new ServiceDescription("Test", 0), new FakeTimeProvider(), NullLogger<CertificateWatch>.Instance));
    }

    private async Task<string> SerialShownAsync(X509Certificate2 client)
    {
        var serial = "";
        await _service.AskAsync(tls: options =>
        {
            Shows(client)(options);
            options.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                serial = certificate!.GetSerialNumberString();
                return true;
            };
        });
        return serial;
    }

    // With TLS 1.3 a client may learn of the refusal only after its handshake; either way the status is the client's own, for a connection that failed.
    private async Task AssertNoConnectionAsync(Action<SslClientAuthenticationOptions> tls, string? host = null)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => _service.AskAsync(tls: tls, host: host));
        Assert.True(error.Status.DebugException is HttpRequestException or IOException, error.ToString());
    }

    private static void Trusts(SslClientAuthenticationOptions options) => options.RemoteCertificateValidationCallback = (_, _, _, _) => true;

    private static Action<SslClientAuthenticationOptions> Shows(X509Certificate2 certificate) => options =>
    {
        Trusts(options);
        options.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
    };
}
