using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;
using VideoGrain.Diffusion.Safetensors;
using VideoGrain.Media;
using VideoGrain.Media.Ffmpeg;

namespace VideoGrain.Cli.Hosting;

/// <summary>Looks whether this machine has what edits need.</summary>
/// <param name="models">Folder of the models.</param>
/// <param name="data">Folder for jobs and artifacts.</param>
/// <param name="basePort">First of the four gRPC ports.</param>
internal sealed class Doctor(string models, string data, int basePort)
{
    private const long EnoughMemory = 4L << 30, EnoughDisk = 2L << 30;
    private const int DigestShown = 16;

    /// <summary>Looks at everything.</summary>
    public async Task<IReadOnlyList<Check>> RunAsync(CancellationToken cancellation)
    {
        List<Check> checks = [Runtime(), Processor(), Memory(), await FfmpegAsync(cancellation), OnnxRuntime()];
        checks.AddRange(Models(cancellation));
        checks.AddRange(FreePorts());
        checks.Add(Disk());
        return checks;
    }

    private static Check Runtime() => new("runtime", CheckOutcome.Ok, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription} ({RuntimeInformation.ProcessArchitecture})");

    private static Check Processor()
    {
        (string Name, bool Has)[] features =
        [
            ("AVX-512", Avx512F.IsSupported), ("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported), ("F16C/AVX", Avx.IsSupported), ("NEON", AdvSimd.IsSupported),
        ];
        string found = string.Join(", ", features.Where(f => f.Has).Select(f => f.Name));
        string detail = $"{ProcessorName.Read()}, {Environment.ProcessorCount} cores" + (found.Length > 0 ? $", {found}" : "");
        return Fma.IsSupported || AdvSimd.IsSupported ? new Check("processor", CheckOutcome.Ok, detail)
            : new Check("processor", CheckOutcome.Warning, detail + "; without fused multiply-add edits are many times slower");
    }

    private static Check Memory()
    {
        long bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return new Check("memory", bytes >= EnoughMemory ? CheckOutcome.Ok : CheckOutcome.Warning,
            $"{bytes / (double)(1 << 30):0.0} GiB" + (bytes >= EnoughMemory ? "" : "; 4 GiB or more are advised"));
    }

    /// <summary>Programs that only answer to --version may lack H.264, so a clip is really written and read.</summary>
    private static async Task<Check> FfmpegAsync(CancellationToken cancellation)
    {
        try
        {
            VideoFrames clip = new([new Frame(16, 16, Colour.White), new Frame(16, 16, Colour.Black)], FrameRate.Default);
            byte[] mp4 = await new VideoEncoder().EncodeAsync(clip, cancellation: cancellation);
            int frames = (await new VideoDecoder().DecodeAsync(mp4, cancellation)).Count;
            return frames == clip.Count ? new Check("ffmpeg", CheckOutcome.Ok, "writes and reads H.264")
                : new Check("ffmpeg", CheckOutcome.Problem, "loses frames");
        }
        catch (MediaException e)
        {
            return new Check("ffmpeg", CheckOutcome.Problem, $"{e.Message} Install it (apt-get install ffmpeg), or name its folder in {FfmpegTools.FolderVariable}.");
        }
    }

    private static Check OnnxRuntime()
    {
        try
        {
            return new Check("onnx runtime", CheckOutcome.Ok, OrtEnv.Instance().GetVersionString());
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException or BadImageFormatException or OnnxRuntimeException)
        {
            return new Check("onnx runtime", CheckOutcome.Warning,
                "The library is missing, so masks cannot be found and scores not computed. ./videograin demo installs it; or name it in VIDEOGRAIN_ONNXRUNTIME.");
        }
    }

    private IEnumerable<Check> Models(CancellationToken cancellation)
    {
        string[] found = Directory.Exists(models) ? [.. Directory.EnumerateFiles(models, "model_index.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [];
        if (found.Length == 0)
            yield return new Check("models", CheckOutcome.Problem, $"There is no model (a folder with model_index.json) below '{models}'.");
        foreach (string index in found)
        {
            cancellation.ThrowIfCancellationRequested();
            string folder = Path.GetDirectoryName(index)!;
            yield return Model("model " + Path.GetFileName(folder), folder);
        }
    }

    private static Check Model(string name, string folder)
    {
        try
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            int tensors = 0;
            long bytes = 0;
            foreach (string file in Directory.EnumerateFiles(folder, "*.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                using SafetensorsFile weights = SafetensorsFile.Open(file);
                tensors += weights.Names.Count();
                bytes += new FileInfo(file).Length;
                using FileStream stream = File.OpenRead(file);
                hash.AppendData(SHA256.HashData(stream));
            }

            return tensors == 0 ? new Check(name, CheckOutcome.Problem, "holds no weights (*.safetensors)")
                : new Check(name, CheckOutcome.Ok, $"{tensors} tensors, {bytes / (double)(1 << 20):0.0} MiB, digest {Convert.ToHexStringLower(hash.GetCurrentHash())[..DigestShown]}");
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return new Check(name, CheckOutcome.Problem, e.Message);
        }
    }

    private IEnumerable<Check> FreePorts()
    {
        for (int service = 0; service < Ports.Services.Count; service++)
        {
            int[] taken = [.. new[] { Ports.Grpc(basePort, service), Ports.Http(basePort, service) }.Where(p => !IsFree(p))];
            yield return taken.Length == 0
                ? new Check($"ports of {Ports.Services[service]}", CheckOutcome.Ok, $"{Ports.Grpc(basePort, service)} and {Ports.Http(basePort, service)} are free")
                : new Check($"ports of {Ports.Services[service]}", CheckOutcome.Warning, $"{string.Join(" and ", taken)} in use; a server runs already, or choose others with --port");
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private Check Disk()
    {
        string folder = Path.GetFullPath(data);
        string existing = folder;
        while (!Directory.Exists(existing))
            existing = Path.GetDirectoryName(existing)!;
        long free = new DriveInfo(existing).AvailableFreeSpace;
        return new Check("disk", free >= EnoughDisk ? CheckOutcome.Ok : CheckOutcome.Warning,
            $"{free / (double)(1 << 30):0.0} GiB free for {folder}" + (free >= EnoughDisk ? "" : "; 2 GiB or more are advised"));
    }
}
