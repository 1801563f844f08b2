using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Grpc.Net.Client;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Tests.Support;

/// <summary>An orchestrator in a process of its own, to be killed.</summary>
internal sealed class OrchestratorProcess : IDisposable
{
    private readonly Process _process;
    private readonly GrpcChannel _channel;

    private OrchestratorProcess(Process process, int port)
    {
        _process = process;
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        Client = new OrchestratorService.OrchestratorServiceClient(_channel);
    }

    public OrchestratorService.OrchestratorServiceClient Client { get; }

    public static async Task<OrchestratorProcess> StartAsync(TempFolder data, Uri stages, params string[] settings)
    {
        var (grpc, http) = (FreePort(), FreePort());
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "VideoGrain.Orchestrator"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                $"--Data:Root={data.Path}", $"--Endpoints:GrpcPort={grpc}", $"--Endpoints:HttpPort={http}", "--Logging:LogLevel:Default=Warning",
                $"--Stages:Segmentation={stages}", $"--Stages:Inversion={stages}", $"--Stages:Denoiser={stages}", "--Worker:CheckpointEvery=2", "--Worker:ProgressInterval=00:00:00",
            },
        };
        foreach (var setting in settings)
            start.ArgumentList.Add(setting);

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var result = new OrchestratorProcess(process, grpc);
        await Eventually.TrueAsync(() => process.HasExited || Accepts(grpc), "the process did not open its port");
        Assert.False(process.HasExited, "the process ended at once");
        return result;
    }

    /// <summary>Kills the process as kill -9 does, and waits until it is gone.</summary>
    public void Kill()
    {
        _process.Kill();
        Assert.True(_process.WaitForExit(Bounded.Patience), "the process did not die");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();

        _process.Dispose();
        _channel.Dispose();
    }

    private static bool Accepts(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return int.Parse(listener.LocalEndpoint.ToString()!.Split(':')[1], CultureInfo.InvariantCulture);
    }
}
