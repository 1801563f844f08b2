using System.Runtime.InteropServices;

namespace VideoGrain.Tensors.Torch.Cuda;

/// <summary>NVRTC, the compiler of CUDA C++ that libtorch brings along and that needs no toolkit.</summary>
internal sealed unsafe class CudaCompiler
{
    private const int Success = 0;
    private const string Prefix = "libnvrtc", Pattern = "libnvrtc*.so*";

    private static readonly string[] Names = ["libnvrtc.so.13", "libnvrtc.so.12", "nvrtc64_130_0.dll", "nvrtc64_120_0.dll"];

    // What lies beside the compiler under the same first letters: its library of functions, and a second build of it.
    private static readonly string[] Others = ["builtins", "alt"];

    private readonly delegate* unmanaged<nint*, nint, nint, int, nint*, nint*, int> _createProgram;
    private readonly delegate* unmanaged<nint*, int> _destroyProgram;
    private readonly delegate* unmanaged<nint, int, nint*, int> _compileProgram;
    private readonly delegate* unmanaged<nint, nuint*, int> _getCodeSize;
    private readonly delegate* unmanaged<nint, byte*, int> _getCode;
    private readonly delegate* unmanaged<nint, nuint*, int> _getLogSize;
    private readonly delegate* unmanaged<nint, byte*, int> _getLog;
    private readonly delegate* unmanaged<int, nint> _getErrorString;

    private CudaCompiler(nint library)
    {
        _createProgram = (delegate* unmanaged<nint*, nint, nint, int, nint*, nint*, int>)NativeLibrary.GetExport(library, "nvrtcCreateProgram");
        _destroyProgram = (delegate* unmanaged<nint*, int>)NativeLibrary.GetExport(library, "nvrtcDestroyProgram");
        _compileProgram = (delegate* unmanaged<nint, int, nint*, int>)NativeLibrary.GetExport(library, "nvrtcCompileProgram");
        _getCodeSize = (delegate* unmanaged<nint, nuint*, int>)NativeLibrary.GetExport(library, "nvrtcGetCUBINSize");
        _getCode = (delegate* unmanaged<nint, byte*, int>)NativeLibrary.GetExport(library, "nvrtcGetCUBIN");
        _getLogSize = (delegate* unmanaged<nint, nuint*, int>)NativeLibrary.GetExport(library, "nvrtcGetProgramLogSize");
        _getLog = (delegate* unmanaged<nint, byte*, int>)NativeLibrary.GetExport(library, "nvrtcGetProgramLog");
        _getErrorString = (delegate* unmanaged<int, nint>)NativeLibrary.GetExport(library, "nvrtcGetErrorString");
    }

    /// <summary>The compiler that this process has loaded, lies beside libtorch, or is on the loader's path; null where there is none.</summary>
    public static CudaCompiler? Find() =>
        Open(NativeLibraries.Loaded(Prefix).Where(IsCompiler).Concat(Beside(NativeLibraries.Loaded("libcudart", "libtorch", "libc10"))).Concat(Names));

    /// <summary>The first of some libraries that loads and has these functions; null for none.</summary>
    public static CudaCompiler? Open(IEnumerable<string> libraries) => NativeLibraries.Open(libraries, library => new CudaCompiler(library));

    /// <summary>Compilers that lie in the folders of some libraries, or where Python packages put CUDA's parts: in folders beside those of the runtime and of libtorch.</summary>
    public static IEnumerable<string> Beside(IEnumerable<string> libraries)
    {
        // nvidia/PART/lib/libcudart, torch/lib/libtorch with nvidia/PART/lib beside torch. These options pass over what may not be read.
        var options = new EnumerationOptions();
        var folders = libraries.Select(Path.GetDirectoryName).OfType<string>().Distinct().ToList();
        var parts = folders.SelectMany(folder => new[] { Path.Combine(folder, "..", ".."), Path.Combine(folder, "..", "..", "nvidia") })
            .Where(Directory.Exists).SelectMany(folder => Directory.EnumerateDirectories(folder, "*", options)).Select(part => Path.Combine(part, "lib"));
        return folders.Concat(parts).Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, Pattern, options)).Where(IsCompiler).Select(Path.GetFullPath).Distinct();
    }

    /// <summary>Compiles a program to machine code.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="source">CUDA C++.</param>
    /// <param name="headers">What it includes, by name.</param>
    /// <param name="options">Options of the compiler; they name the architecture.</param>
    /// <exception cref="ExternalException">It does not compile; the message holds the compiler's.</exception>
    public byte[] Compile(string name, string source, IReadOnlyDictionary<string, string> headers, IEnumerable<string> options)
    {
        using var texts = new NativeTexts();
        nint[] contents = texts.Add(headers.Values), names = texts.Add(headers.Keys), words = texts.Add(options);
        nint program = 0;
        fixed (nint* content = contents, include = names, option = words)
        {
            Check(_createProgram(&program, texts.Add(source), texts.Add(name), contents.Length, content, include), name, 0);
            try
            {
                Check(_compileProgram(program, words.Length, option), name, program);
                nuint size;
                Check(_getCodeSize(program, &size), name, program);
                var code = new byte[size];
                fixed (byte* data = code) Check(_getCode(program, data), name, program);
                return code;
            }
            finally
            {
                _ = _destroyProgram(&program);
            }
        }
    }

    private static bool IsCompiler(string path) => !Others.Any(other => Path.GetFileName(path).Contains(other, StringComparison.Ordinal));

    private void Check(int status, string name, nint program)
    {
        if (status != Success) throw new ExternalException($"{name}: NVRTC reported {Marshal.PtrToStringUTF8(_getErrorString(status))}{Log(program)}", status);
    }

    private string Log(nint program)
    {
        nuint size;
        if (program == 0 || _getLogSize(program, &size) != Success || size <= 1) return "";
        var log = new byte[size];
        fixed (byte* data = log)
            return _getLog(program, data) == Success ? $":\n{Marshal.PtrToStringUTF8((nint)data)}" : "";
    }
}
