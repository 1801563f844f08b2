using System.CommandLine;
using System.Globalization;
using VideoGrain.Cli.Commands;

namespace VideoGrain.Cli.Hosting;

/// <summary>Options of commands that run the services on this machine.</summary>
internal sealed class HostOptions
{
    private const int LastPort = 65535 - Ports.HttpDistance - 3;

    public HostOptions() => Port.Validators.Add(result =>
    {
        if (result.GetValue(Port) is < 1 or > LastPort)
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"--port lies between 1 and {LastPort}."));
    });

    /// <summary>First of the four gRPC ports.</summary>
    public Option<int> Port { get; } = new("--port")
    {
        Description = "First of four gRPC ports: orchestrator, segmentation, inversion, denoiser; health and metrics 1000 above.",
        DefaultValueFactory = _ => Ports.DefaultBase,
        HelpName = "PORT",
    };

    /// <summary>Folder for jobs and artifacts; commands that start services for one edit use a temporary one when it is not given.</summary>
    public Option<string?> Data { get; } = new("--data") { Description = "Folder for jobs and artifacts.", HelpName = "DIR" };

    /// <summary>Where a server keeps its data when nobody says.</summary>
    public static string DefaultData =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "videograin");

    /// <summary>Folder of the models.</summary>
    public Option<string> Models { get; } = new("--models")
    {
        Description = "Folder of the models, each a folder in diffusers layout.",
        DefaultValueFactory = _ => ModelFolder.Find(),
        HelpName = "DIR",
    };

    /// <summary>Starts the services as the options say.</summary>
    public Task<AllInOneHost> StartAsync(CommandContext context, int basePort, string? data, CancellationToken cancellation) =>
        AllInOneHost.StartAsync(basePort, data, context.Get(Models)!, cancellation);
}
