using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace VideoGrain.Portable.Grpc.Tests.Functional;

public sealed class HealthTests
{
    [Theory]
    [InlineData(HealthStatus.Healthy, ServingStatus.Serving)]
    [InlineData(HealthStatus.Degraded, ServingStatus.Serving)]
    [InlineData(HealthStatus.Unhealthy, ServingStatus.NotServing)]
    public async Task Check_Server_FollowsHealthChecks(HealthStatus health, ServingStatus expected)
    {
        await using var server = await StartAsync(() => health);
        var client = new Health.HealthClient(server.Channel);
        Assert.Equal(expected, (await Wait.For(client.CheckAsync(new HealthCheckRequest()))).Status);
    }

    [Fact]
    public async Task Check_MappedService_CountsItsChecksOnly()
    {
        await using var server = await StartAsync(() => HealthStatus.Unhealthy);
        var client = new Health.HealthClient(server.Channel);
        Assert.Equal(ServingStatus.Serving, (await Wait.For(client.CheckAsync(new HealthCheckRequest { Service = "good" }))).Status);
        Assert.Equal(ServingStatus.Unknown, (await Wait.For(client.CheckAsync(new HealthCheckRequest { Service = "none" }))).Status);
    }

    [Fact]
    public async Task Check_UnknownService_IsNotFound()
    {
        await using var server = await StartAsync(() => HealthStatus.Healthy);
        var client = new Health.HealthClient(server.Channel);
        await Expect.FailureAsync(StatusCode.NotFound, client.CheckAsync(new HealthCheckRequest { Service = "other" }));
    }

    [Fact]
    public async Task Watch_StatusChanges_GivesEachChange()
    {
        var health = HealthStatus.Healthy;
        await using var server = await StartAsync(() => health, TimeSpan.FromSeconds(1));
        using var watch = new Health.HealthClient(server.Channel).Watch(new HealthCheckRequest());
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
        health = HealthStatus.Unhealthy;
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        health = HealthStatus.Healthy;
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
    }

    [Fact]
    public async Task Watch_UnknownService_SaysSo()
    {
        await using var server = await StartAsync(() => HealthStatus.Healthy);
        using var watch = new Health.HealthClient(server.Channel).Watch(new HealthCheckRequest { Service = "other" });
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(watch));
    }

    [Fact]
    public async Task Watch_ServerStops_EndsWithNotServing()
    {
        await using var server = await StartAsync(() => HealthStatus.Healthy);
        using var watch = new Health.HealthClient(server.Channel).Watch(new HealthCheckRequest());
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
        server.Services.GetRequiredService<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().StopApplication();
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        Assert.False(await Wait.For(watch.ResponseStream.MoveNext()));
    }

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        Assert.True(await Wait.For(watch.ResponseStream.MoveNext()));
        return watch.ResponseStream.Current.Status;
    }

    private static Task<TestServer> StartAsync(Func<HealthStatus> health, TimeSpan? period = null) => TestServer.StartAsync(
        services: services =>
        {
            services.AddGrpcHealthChecks(options =>
                {
                    options.Services.Map("good", check => check.Tags.Contains("good"));
                    options.Services.Map("none", _ => false);
                })
                .AddCheck("changing", () => new HealthCheckResult(health()))
                .AddCheck("good", () => HealthCheckResult.Healthy(), ["good"]);
            services.Configure<HealthCheckPublisherOptions>(options =>
            {
                options.Delay = TimeSpan.Zero;
                options.Period = period ?? TimeSpan.FromMinutes(1);
            });

            // The health checks themselves log an unhealthy result as an error.
            services.AddLogging(logging => Microsoft.Extensions.Logging.FilterLoggingBuilderExtensions.AddFilter(
                logging, "Microsoft.Extensions.Diagnostics.HealthChecks", Microsoft.Extensions.Logging.LogLevel.None));
        },
        map: app => app.MapGrpcHealthChecksService());
}
