using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using VideoGrain.Media.Ffmpeg;
using VideoGrain.Orchestrator;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Clients.Tests;

/// <summary>The examples of docs/api.md, as they stand there, against the real services through a connection that breaks.</summary>
public sealed class ExampleTests(AllInOne services) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("videograin-example-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Languages => new(Examples.Keys);

    private static readonly Dictionary<string, Func<int, string, string, ProcessStartInfo>> Examples = new(StringComparer.Ordinal)
    {
        ["csharp"] = (port, output, key) =>
            Tools.Start("dotnet", CSharpExample, $"http://127.0.0.1:{port}", Clip, output, key),
        ["python"] = (port, output, key) =>
        {
            var start = Tools.Start("/usr/bin/python3", Path.Combine(Tools.Examples, "python", "client.py"), $"127.0.0.1:{port}", Clip, output, key);
            start.Environment["PYTHONPATH"] = Path.Combine(Tools.Folder, "generated");
            start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
            return start;
        },
        ["node"] = (port, output, key) =>
        {
            // Modules are looked for beside the script; this puts it where they are.
            var script = Path.Combine(Tools.Folder, "node_modules", $".client-{Environment.ProcessId}.mjs");
            File.Copy(Path.Combine(Tools.Examples, "node", "client.mjs"), script, overwrite: true);
            var start = Tools.Start("node", script, $"127.0.0.1:{port}", Clip, output, key);
            start.Environment["VIDEOGRAIN_PROTOS"] = Path.Combine(Tools.Root, "protos");
            return start;
        },
    };

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Example_SubmitsWatchesDownloadsAndCancels(string language)
    {
        await Tools.InstalledAsync();
        var cancellation = TestContext.Current.CancellationToken;
        await using var proxy = new CuttingProxy(services.Port);
        using var process = Process.Start(Examples[language](proxy.Port, Output, "a-key"))!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            var lines = new List<string>();
            while (await process.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(Tools.Patience, cancellation) is { } line)
            {
                lines.Add(line);

                // In the middle of the watch.
                if (line.EndsWith("INVERTING", StringComparison.OrdinalIgnoreCase))
                    proxy.Cut();
            }

            await process.WaitForExitAsync(cancellation).WaitAsync(Tools.Patience, cancellation);
            Assert.True(process.ExitCode == 0, $"{await errors}\n{string.Join('\n', lines)}");
            Assert.True(proxy.Connections > 1, "the watch was not taken up again");
            Check(lines);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }

        var clip = await new VideoDecoder().DecodeAsync(Output, cancellation);
        Assert.Equal((2, 128, 128), (clip.Count, clip.Height, clip.Width));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Key_IsWhatLetsTheExampleIn(string language)
    {
        await Tools.InstalledAsync();
        var hash = Convert.ToHexStringLower(SHA256.HashData("a-key"u8));
        await using var orchestrator = OrchestratorHost.Build(
        [
            "--Endpoints:GrpcPort=0", "--Endpoints:HttpPort=0", $"--Data:Root={Path.Combine(_folder, "data")}", $"--Auth:Callers:me:KeySha256={hash}",
            "--Stages:CheckAtSubmit=false", "--Worker:Parallelism=0", "--Logging:LogLevel:Default=None",
        ]);
        await orchestrator.StartAsync(TestContext.Current.CancellationToken);
        var port = orchestrator.Services.GetRequiredService<ServiceEndpoints>().Grpc.Port;

        Assert.StartsWith("submitted ", await FirstLineAsync(Examples[language](port, Output, "a-key")), StringComparison.Ordinal);
        Assert.Null(await FirstLineAsync(Examples[language](port, Output, "another-key")));
    }

    // Null when the program ends without a word.
    private static async Task<string?> FirstLineAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        try
        {
            return await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Tools.Patience);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    // Beside this program's folder, in one of the same configuration.
    private static string CSharpExample => Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "VideoGrain.Examples", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "VideoGrain.Examples.dll"));

    private static string Clip => Path.Combine(Tools.Root, "samples", "snow", "clip.mp4");

    private string Output => Path.Combine(_folder, "result.mp4");

    private void Check(List<string> lines)
    {
        Assert.Matches("^submitted edit-[0-9a-z]{26}$", lines[0]);

        // Every event once and in order, whatever happened to the connection.
        var events = lines.Where(line => line.StartsWith("event ", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToList();
        var numbers = events.ConvertAll(entry => int.Parse(entry[1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(1, numbers[0]);
        Assert.Equal(numbers.Distinct().Order(), numbers);
        Assert.Equal("finished", events[^1][2], ignoreCase: true);
        Assert.EndsWith("SUCCEEDED", events[^1][3], StringComparison.OrdinalIgnoreCase);

        Assert.Contains($"saved {new FileInfo(Output).Length}", lines);
        Assert.Empty(Directory.EnumerateFiles(_folder, "*.partial"));
        var refused = lines.Single(line => line.StartsWith("refused ", StringComparison.Ordinal)).Split(' ', 4);
        Assert.Equal("InvalidArgument", refused[1].Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
        Assert.Equal("REGION_PROMPT_NOT_FOUND", refused[2]);
        Assert.StartsWith("specification.regions[0].phrase: ", refused[3], StringComparison.Ordinal);
        Assert.Matches("^cancelled (EDIT_STATE_CANCELLED|Cancelled)$", lines[^1]);
    }
}
