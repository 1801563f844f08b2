using System.Runtime.InteropServices;

namespace VideoGrain.Tensors.Torch.Cuda;

/// <summary>Finds libraries that libtorch brings along, under names that are not known beforehand: packages put a hash into them.</summary>
internal static class NativeLibraries
{
    private const string LoadedLibraries = "/proc/self/maps";

    /// <summary>Paths of the libraries of this process whose file names start so; none where the system does not tell.</summary>
    public static IReadOnlyList<string> Loaded(params string[] prefixes)
    {
        var found = new List<string>();
        if (!File.Exists(LoadedLibraries)) return found;
        foreach (var line in File.ReadLines(LoadedLibraries))
        {
            var start = line.IndexOf('/');
            if (start < 0) continue;
            var path = line[start..];
            if (!found.Contains(path) && prefixes.Any(prefix => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal))) found.Add(path);
        }

        return found;
    }

    /// <summary>The first of some libraries that loads and has what is bound; null for none.</summary>
    public static T? Open<T>(IEnumerable<string> libraries, Func<nint, T> bind)
        where T : class
    {
        foreach (var name in libraries)
        {
            if (!NativeLibrary.TryLoad(name, out var library)) continue;
            try
            {
                return bind(library);
            }
            catch (EntryPointNotFoundException)
            {
                NativeLibrary.Free(library);
            }
        }

        return null;
    }
}
