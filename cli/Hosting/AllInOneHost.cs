using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using VideoGrain.Cli.Output;
using VideoGrain.Denoiser;
using VideoGrain.Inversion;
using VideoGrain.Orchestrator;
using VideoGrain.Segmentation;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Cli.Hosting;

/// <summary>The four services in this process, on loopback: the same applications as the four programs, started one by one.</summary>
internal sealed class AllInOneHost : IAsyncDisposable
{
    private readonly List<WebApplication> _services = [];
    private readonly string? _temporary;

    private AllInOneHost(string? temporary) => _temporary = temporary;

    /// <summary>Address of the service that was started last: the orchestrator, or the only one.</summary>
    public Uri Address => GrpcAddress(_services[^1]);

    /// <summary>Starts the services, the orchestrator last.</summary>
    /// <param name="basePort">First of the four gRPC ports; <see cref="Ports.Free"/> takes free ones.</param>
    /// <param name="data">Folder for jobs and artifacts; made if it is not there. Null for one that goes away with the host.</param>
    /// <param name="models">Folder of the models.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <returns>The host; disposing it stops the services.</returns>
    /// <exception cref="CommandException">A port is taken, or there are no models.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting, such as one in an environment variable, is out of its range.</exception>
    public static async Task<AllInOneHost> StartAsync(int basePort, string? data, string models, CancellationToken cancellation)
    {
        CheckModels(models);
        string? temporary = data is null ? Directory.CreateTempSubdirectory("videograin-").FullName : null;
        AllInOneHost host = new(temporary);
        try
        {
            string[] shared = [$"--Models:Root={Path.GetFullPath(models)}"];
            Uri segmentation = await host.AddSegmentationAsync(basePort, models, cancellation);
            Uri inversion = await host.AddAsync(2, basePort, InversionHost.Build, shared, cancellation);
            Uri denoiser = await host.AddAsync(3, basePort, DenoiserHost.Build, shared, cancellation);
            string[] orchestrator =
            [
                $"--Data:Root={Path.GetFullPath(data ?? temporary!)}",
                $"--Stages:Segmentation={segmentation}", $"--Stages:Inversion={inversion}", $"--Stages:Denoiser={denoiser}",
            ];
            await host.AddAsync(0, basePort, OrchestratorHost.Build, orchestrator, cancellation);
            return host;
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await host.DisposeAsync();
            throw CommandException.Of(ExitCodes.Environment, "PORT_IN_USE", e.Message + " Choose others with --port.");
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the segmentation service alone, on free ports; <see cref="Address"/> is then its address.</summary>
    /// <param name="models">Folder of the models.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <returns>The host; disposing it stops the service.</returns>
    /// <exception cref="CommandException">There are no models.</exception>
    public static async Task<AllInOneHost> StartSegmentationAsync(string models, CancellationToken cancellation)
    {
        CheckModels(models);
        AllInOneHost host = new(null);
        try
        {
            await host.AddSegmentationAsync(Ports.Free, models, cancellation);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the caller has had enough or a service ends by itself.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        Task ended = await Task.WhenAny([.. _services.Select(s => s.WaitForShutdownAsync(cancellation))]);
        try
        {
            await ended;
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how a server is meant to end.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The orchestrator first: it hands its jobs back while the stages still answer.
        for (int i = _services.Count - 1; i >= 0; i--)
        {
            await _services[i].StopAsync();
            await _services[i].DisposeAsync();
        }

        _services.Clear();
        if (_temporary is not null && Directory.Exists(_temporary))
            Directory.Delete(_temporary, recursive: true);
    }

    private static Uri GrpcAddress(WebApplication service) => service.Services.GetRequiredService<ServiceEndpoints>().Grpc;

    private static void CheckModels(string models)
    {
        if (!Directory.Exists(models))
            throw CommandException.Of(ExitCodes.Environment, "MODELS_MISSING", $"There is no folder of models at '{models}'; name one with --models or ${ModelFolder.Variable}.");
    }

    private Task<Uri> AddSegmentationAsync(int basePort, string models, CancellationToken cancellation) =>
        AddAsync(1, basePort, SegmentationHost.Build, [$"--Segmentation:ModelsDirectory={Path.GetFullPath(models)}"], cancellation);

    private async Task<Uri> AddAsync(
        int service, int basePort, Func<string[], WebApplication> build, string[] settings, CancellationToken cancellation)
    {
        WebApplication app = build(
        [
            string.Create(CultureInfo.InvariantCulture, $"--Endpoints:GrpcPort={Ports.Grpc(basePort, service)}"),
            string.Create(CultureInfo.InvariantCulture, $"--Endpoints:HttpPort={Ports.Http(basePort, service)}"),
            // Standard output is the command's own.
            "--Logging:Console:LogToStandardErrorThreshold=Trace",
            "--Logging:LogLevel:Default=Warning",
            .. settings,
        ]);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch
        {
            await AbandonAsync(app);
            throw;
        }

        _services.Add(app);
        return GrpcAddress(app);
    }

    /// <summary>Ends what a service had begun that could not start. What went wrong at the start is told, not what goes wrong now: a host that got nowhere cannot be stopped.</summary>
    private static async Task AbandonAsync(WebApplication app)
    {
        try
        {
            await app.StopAsync(CancellationToken.None);
        }
        catch (Exception)
        {
            // See above.
        }

        await app.DisposeAsync();
    }
}
