using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Tests.Security;

namespace VideoGrain.ServiceDefaults.Tests;

/// <summary>What becomes of a service that only a restart helps.</summary>
public sealed class DeathTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Service_ToldToExitWhenDead_IsSeenDeadForAWhile_ThenEndsWithAnError()
    {
        await using var app = SecuredService.Build("--Shutdown:ExitWhenDead=true");
        using var client = new HttpClient();
        var run = await RunAsync(app);
        var (time, metrics) = ((FakeTimeProvider)app.Services.GetRequiredService<TimeProvider>(), new Uri(app.GetEndpoints().Http, "/metrics"));

        app.Services.GetRequiredService<Vitals>().Fail("the device was lost");
        time.Advance(TimeSpan.FromSeconds(5));

        // One that nobody saw dead would raise no alert.
        Assert.Contains(
            (await client.GetStringAsync(metrics, Cancellation)).Split('\n'),
            line => line.StartsWith("videograin_service_state{", StringComparison.Ordinal) && line.Contains("state=\"dead\"", StringComparison.Ordinal) && line.EndsWith(" 1", StringComparison.Ordinal));
        Assert.False(run.IsCompleted);
        Assert.Equal(1, await EndAsync(run, time));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(metrics, Cancellation));
    }

    [Fact]
    public async Task Service_ThatDies_LivesOn_ForItsProbesToSaySo()
    {
        await using var app = SecuredService.Build();
        using var client = new HttpClient();
        var run = await RunAsync(app);

        app.Services.GetRequiredService<Vitals>().Fail("the device was lost");
        ((FakeTimeProvider)app.Services.GetRequiredService<TimeProvider>()).Advance(TimeSpan.FromHours(1));

        using var answer = await client.GetAsync(new Uri(app.GetEndpoints().Http, "/livez"), Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("the device was lost", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.False(run.IsCompleted);
        app.Lifetime.StopApplication();
        await run.WaitAsync(Patience, Cancellation);
    }

    [Fact]
    public async Task Service_ThatIsStopped_EndsWithoutAnError()
    {
        await using var app = SecuredService.Build("--Shutdown:ExitWhenDead=true");
        var run = await RunAsync(app);

        app.Lifetime.StopApplication();

        Assert.Equal(0, await run.WaitAsync(Patience, Cancellation));
    }

    private static async Task<Task<int>> RunAsync(WebApplication app)
    {
        var run = app.RunToEndAsync();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Lifetime.ApplicationStarted.Register(started.SetResult);
        await await Task.WhenAny(started.Task, run).WaitAsync(Patience, Cancellation);
        return run;
    }

    // The service sets its timer when it gets to it; the clock goes on until then.
    private static async Task<int> EndAsync(Task<int> run, FakeTimeProvider time)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (!run.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        return await run;
    }
}
