using Microsoft.Extensions.Diagnostics.HealthChecks;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Tests;

/// <summary>Starting, being ready and being alive are different things.</summary>
public sealed class ConditionTests : IDisposable
{
    private readonly Readiness _readiness = new();
    private readonly Drain _drain = new();
    private readonly Vitals _vitals = new();

    public void Dispose() => _drain.Dispose();

    [Fact]
    public async Task Service_BeforeItsStartupWork_OnlyLives() =>
        Assert.Equal((ServiceState.Starting, false, false, true), await ProbeAsync());

    [Fact]
    public async Task Service_WhoseStartupFailed_OnlyLives()
    {
        _readiness.SetFailed(new InvalidOperationException("no model"));
        Assert.Equal((ServiceState.Failed, false, false, true), await ProbeAsync());
    }

    [Fact]
    public async Task Service_Started_TakesWork()
    {
        _readiness.SetStarted();
        Assert.Equal((ServiceState.Ready, true, true, true), await ProbeAsync());
    }

    [Fact]
    public async Task Service_Draining_LivesButTakesNoWork()
    {
        _readiness.SetStarted();
        _drain.Begin();
        Assert.Equal((ServiceState.Draining, true, false, true), await ProbeAsync());
    }

    [Fact]
    public async Task Service_WhoseDeviceIsLost_AsksToBeRestarted()
    {
        _readiness.SetStarted();
        _vitals.Fail("the device is gone");
        _vitals.Fail("a consequence");
        Assert.Equal((ServiceState.Dead, true, false, false), await ProbeAsync());
        Assert.Equal("the device is gone", _vitals.Problem);
    }

    private async Task<(ServiceState State, bool Started, bool Ready, bool Live)> ProbeAsync()
    {
        return (
            new ServiceCondition(_readiness, _drain, _vitals).State,
            await IsHealthy(new StartedCheck(_readiness)),
            await IsHealthy(new ReadyCheck(_readiness, _drain, _vitals)),
            await IsHealthy(new LiveCheck(_vitals)));

        static async Task<bool> IsHealthy(IHealthCheck check) =>
            (await check.CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken)).Status == HealthStatus.Healthy;
    }
}
