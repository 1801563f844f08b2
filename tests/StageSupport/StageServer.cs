using System.Reflection;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.StageSupport;

/// <summary>A stage on loopback with the tiny model, as its callers see it.</summary>
internal sealed class StageServer : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ErrorLog _errors;

    private StageServer(WebApplication app, ErrorLog errors)
    {
        (App, _errors) = (app, errors);
        Channel = GrpcChannel.ForAddress(app.GetEndpoints().Grpc);
        Http = new HttpClient { BaseAddress = app.GetEndpoints().Http, Timeout = Patience };
    }

    public WebApplication App { get; }

    public GrpcChannel Channel { get; }

    public HttpClient Http { get; }

    /// <summary>Folder with the tiny model of the golden data.</summary>
    public static string ModelsRoot { get; } = typeof(StageServer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Models").Value!;

    /// <summary>Starts a service on free ports and waits until it is ready.</summary>
    public static async Task<StageServer> StartAsync(Func<string[], Action<WebApplicationBuilder>, WebApplication> build, params string[] arguments)
    {
        var server = await StartUnreadyAsync(build, [$"--Models:Root={ModelsRoot}", .. arguments]);
        await server.App.Services.GetRequiredService<Readiness>().Started.WaitAsync(Patience);
        return server;
    }

    /// <summary>Starts a service on free ports.</summary>
    public static async Task<StageServer> StartUnreadyAsync(Func<string[], Action<WebApplicationBuilder>, WebApplication> build, params string[] arguments)
    {
        var errors = new ErrorLog();
        var app = build(
            ["--Endpoints:GrpcPort=0", "--Endpoints:HttpPort=0", "--Engine:Threads=1", "--Telemetry:ScrapeCacheMilliseconds=0", "--Shutdown:GracePeriod=00:00:20", .. arguments],
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.Logging.AddProvider(errors);
            });
        await app.StartAsync().WaitAsync(Patience);
        return new StageServer(app, errors);
    }

    /// <summary>A metric's value by its name and labels as the exposition spells them; 0 when it is not there.</summary>
    public async Task<double> MetricAsync(string name)
    {
        var text = await Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        return text.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is '{' or ' ')
            .Sum(line => double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Error lines of the log so far; forgets them.</summary>
    public IReadOnlyList<string> TakeErrors() => _errors.Take();

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        Http.Dispose();
        await App.StopAsync().WaitAsync(Patience);
        await App.DisposeAsync();
        var errors = _errors.Take();
        Assert.True(errors.Count == 0, string.Join(Environment.NewLine, errors));
    }
}
