using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using VideoGrain.Cli.Hosting;
using VideoGrain.Media;
using VideoGrain.Media.Ffmpeg;

namespace VideoGrain.Cli.Tests;

/// <summary>The program as the shell sees it.</summary>
public sealed class ProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TestFolder _folder = new();
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ExitCodes.Success, "--help")]
    [InlineData(ExitCodes.Success, "--version")]
    [InlineData(ExitCodes.Success, "edit --help")]
    [InlineData(ExitCodes.Usage, "")]
    [InlineData(ExitCodes.Usage, "frobnicate")]
    [InlineData(ExitCodes.Usage, "submit")]
    [InlineData(ExitCodes.Usage, "submit absent.yaml")]
    [InlineData(ExitCodes.Usage, "list --limit 0")]
    [InlineData(ExitCodes.Usage, "list --address not-an-address")]
    [InlineData(ExitCodes.Usage, "serve --port 70000")]
    [InlineData(ExitCodes.Unavailable, "list --address http://127.0.0.1:1")]
    public async Task Arguments_GetTheirExitCode(int expected, string arguments)
    {
        (int code, string output, string error) = await RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.True(expected == code, $"exit code {code}\n{output}\n{error}");
        Assert.Equal(expected == ExitCodes.Success, error.Length == 0);
    }

    [Fact]
    public async Task SpecificationWithErrors_IsExplainedOnStandardErrorOnly()
    {
        string file = _folder.Write("clip: clip.mp4\nprompt: x\nsteps: 3\n");

        (int code, string output, string error) = await RunAsync("submit", file);

        Assert.Equal((ExitCodes.Usage, ""), (code, output));
        Assert.StartsWith($"{file}:3:1: error: steps: There is no such key", error);
    }

    [Fact]
    public async Task Doctor_AsJson_SaysWhatIsMissing()
    {
        (int code, string output, _) = await RunAsync("doctor", "--json", "--models", _folder.Path, "--data", _folder.Path);

        Dictionary<string, string> outcomes = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)
            .ToDictionary(c => c.GetProperty("name").GetString()!, c => c.GetProperty("outcome").GetString()!);
        Assert.Equal(ExitCodes.Environment, code);
        Assert.Equal(("Problem", "Ok"), (outcomes["models"], outcomes["runtime"]));
        Assert.Equal("Ok", outcomes["ffmpeg"]);
    }

    [Fact]
    public async Task Edit_WithoutAnAddress_RunsTheServicesItself()
    {
        string file = _folder.Write($$"""
            clip: {path: {{Path.GetFullPath(Path.Combine(Samples.Folder, "snow", "clip.mp4"))}}, frame_count: 1}
            source_prompt: a green triangle and a black diamond on snow
            prompt: two orange moons on snow
            regions:
              - {phrase: two orange moons, whole_frame: true}
            options: {steps: 1, inversion_steps: 1}
            """);

        (int code, string output, string error) = await RunAsync("edit", file, "--out", _folder["out"], "--data", _folder["data"]);

        Assert.True(code == ExitCodes.Success, error);
        string video = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), f => f.EndsWith(".mp4", StringComparison.Ordinal));
        VideoFrames clip = await new VideoDecoder().DecodeAsync(video, _cancellation);
        Assert.Equal((128, 128, 1), (clip.Width, clip.Height, clip.Count));
    }

    [Fact]
    public async Task Serve_UntilTerminated_AnswersAndEndsCleanly()
    {
        int port = FreeBasePort();
        using Process server = Start("serve", "--port", $"{port}", "--data", _folder["data"]);
        string? ready = await server.StandardOutput.ReadLineAsync(_cancellation).AsTask().WaitAsync(Patience, _cancellation);

        (int code, string models, _) = await RunAsync("models", "--json", "--address", $"http://127.0.0.1:{port}");
        using Process kill = Process.Start("kill", ["-TERM", $"{server.Id}"]);
        await server.WaitForExitAsync(_cancellation).WaitAsync(Patience, _cancellation);

        Assert.Equal($"ready at http://127.0.0.1:{port}/", ready);
        Assert.Equal((ExitCodes.Success, "toybox"), (code, JsonDocument.Parse(models).RootElement.GetProperty("models")[0].GetProperty("name").GetString()));
        Assert.Equal(ExitCodes.Success, server.ExitCode);
    }

    [Fact]
    public async Task Serve_WithASettingOutOfItsRange_NamesIt()
    {
        using Process server = Start(start => start.Environment["Worker__Parallelism"] = "-1", "serve", "--port", $"{FreeBasePort()}", "--data", _folder["data"], "--json");

        (int code, string output, string error) = await EndAsync(server);

        JsonElement failure = JsonDocument.Parse(LastLine(error)).RootElement.GetProperty("error");
        Assert.Equal((ExitCodes.Environment, ""), (code, output));
        Assert.Equal("CONFIGURATION_INVALID", failure.GetProperty("reason").GetString());
        Assert.Contains("'Worker'", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_OnATakenPort_SaysWhich()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        (int code, string output, string error) = await RunAsync("serve", "--port", $"{port}", "--data", _folder["data"], "--json");

        JsonElement failure = JsonDocument.Parse(LastLine(error)).RootElement.GetProperty("error");
        Assert.Equal((ExitCodes.Environment, ""), (code, output));
        Assert.Equal("PORT_IN_USE", failure.GetProperty("reason").GetString());
        Assert.Contains($":{port}", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    // The services' own log comes before it.
    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1];

    /// <summary>A base whose eight ports nobody listens on at this moment.</summary>
    private static int FreeBasePort()
    {
        for (int port = 21080; port < 29000; port += 20)
        {
            HashSet<int> taken = [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(e => e.Port)];
            if (Enumerable.Range(port, 4).All(p => !taken.Contains(p) && !taken.Contains(p + Ports.HttpDistance)))
                return port;
        }

        throw new InvalidOperationException("There is no run of free ports.");
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        return await EndAsync(process);
    }

    private async Task<(int Code, string Output, string Error)> EndAsync(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(_cancellation), error = process.StandardError.ReadToEndAsync(_cancellation);
        await process.WaitForExitAsync(_cancellation).WaitAsync(Patience, _cancellation);
        return (process.ExitCode, await output, await error);
    }

    private Process Start(params string[] arguments) => Start(_ => { }, arguments);

    private Process Start(Action<ProcessStartInfo> configure, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "videograin.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.Path,
        };
        start.Environment.Remove("VIDEOGRAIN_ADDRESS");
        configure(start);
        return Process.Start(start)!;
    }
}
