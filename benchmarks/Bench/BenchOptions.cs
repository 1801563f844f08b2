using System.Globalization;
using VideoGrain.Bench.Machine;

namespace VideoGrain.Bench;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchOptions
{
    /// <summary>How to call the program.</summary>
    public const string Usage = """
        bench [--quick] [--json FILE] [--only PARTS] [--no-torch] [--python PROGRAM] [--threads N] [--root FOLDER] [--tiny]

          --quick          fewer rounds, no 12288 tokens, a short edit; some five minutes instead of twenty
          --json FILE      also write everything as JSON
          --only PARTS     kernels, unet, published, text, vae, toybox; several with commas
          --no-torch       leave PyTorch out
          --python PROGRAM Python that has torch (default python3 of the system)
          --threads N      threads of both programs (default: what this process may use; 1 on a busy machine, where only CPU time means something)
          --root FOLDER    the repository (default: found from the current folder)
          --tiny           small sizes, one round: checks the program, measures nothing
        """;

    // One other program that computes is as much as a measurement can bear.
    private const double LoadPerThread = 1.25;

    private static readonly string[] KnownParts = ["kernels", "unet", "published", "text", "vae", "toybox"];

    /// <summary>Whether others keep this machine busy.</summary>
    public static bool IsBusy { get; } = HostInfo.LoadAverage() > LoadPerThread * Environment.ProcessorCount;

    public bool Quick { get; private init; }

    public bool Tiny { get; private init; }

    public bool Torch { get; init; } = true;

    public string? Json { get; private init; }

    public string Python { get; private init; } = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    public int Threads { get; private init; } = IsBusy ? 1 : Environment.ProcessorCount;

    public IReadOnlyList<string> Parts { get; private init; } = KnownParts;

    public string Root { get; private init; } = "";

    /// <summary>Script of the PyTorch worker.</summary>
    public string TorchScript => Path.Combine(Root, "benchmarks", "pytorch", "worker.py");

    /// <summary>The demonstration model.</summary>
    public string Toybox => Path.Combine(Root, "models", "toybox");

    /// <summary>Reads arguments.</summary>
    /// <exception cref="ArgumentException">They are not understood; the message says which.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            string Value(ref int at) => ++at < arguments.Count ? arguments[at] : throw new ArgumentException($"{arguments[at - 1]} needs a value");
            options = arguments[i] switch
            {
                "--quick" => options with { Quick = true },
                "--tiny" => options with { Tiny = true },
                "--no-torch" => options with { Torch = false },
                "--json" => options with { Json = Value(ref i) },
                "--python" => options with { Python = Value(ref i) },
                "--threads" => options with { Threads = Positive(Value(ref i)) },
                "--only" => options with { Parts = KnownNames(Value(ref i)) },
                "--root" => options with { Root = Path.GetFullPath(Value(ref i)) },
                _ => throw new ArgumentException($"{arguments[i]} is not known"),
            };
        }

        return options.Root.Length > 0 ? options : options with { Root = FindRoot() };
    }

    private static int Positive(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? value : throw new ArgumentException($"{text} is not a positive number");

    private static string[] KnownNames(string text)
    {
        var names = text.Split(',');
        foreach (var name in names)
        {
            if (!KnownParts.Contains(name)) throw new ArgumentException($"--only knows {string.Join(", ", KnownParts)}, not {name}");
        }

        return names;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "VideoGrain.sln"))) return folder.FullName;
        }

        throw new ArgumentException("the repository was not found above the current folder; give --root");
    }
}
