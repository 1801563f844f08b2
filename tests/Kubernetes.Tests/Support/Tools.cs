using System.Diagnostics;
using System.Reflection;

namespace VideoGrain.Kubernetes.Tests.Support;

/// <summary>The programs that the tests run, installed on first use.</summary>
internal static class Tools
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    /// <summary>The test project's folder.</summary>
    public static string Folder { get; } = Path.GetFullPath(Metadata("Folder"));

    /// <summary>The checkout.</summary>
    public static string Root { get; } = Path.GetFullPath(Metadata("Root"));

    /// <summary>Runs kubectl; answers what it printed.</summary>
    public static async Task<string> KubectlAsync(params string[] arguments)
    {
        await Installed.Value;
        var own = Path.Combine(Root, "artifacts", "native", "kubectl");
        var (exitCode, output, errors) = await RunAsync(File.Exists(own) ? own : "kubectl", arguments);
        Assert.True(exitCode == 0, errors);
        Assert.Equal("", errors);
        return output;
    }

    /// <summary>Runs a program of this folder with Node.js; answers its exit code and what it printed.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> NodeAsync(string script, string input, params string[] arguments)
    {
        await Installed.Value;
        return await RunAsync("node", [Path.Combine(Folder, script), .. arguments], input);
    }

    /// <summary>Runs a program to its end, which comes in time.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string program, IEnumerable<string> arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.StandardInput.WriteAsync(input.AsMemory(), patience.Token);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task InstallAsync()
    {
        var (exitCode, output, errors) = await RunAsync("bash", [Path.Combine(Folder, "setup.sh")]);
        Assert.True(exitCode == 0, $"setup.sh failed: {output}{errors}");
    }

    private static string Metadata(string key) => typeof(Tools).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;
}
