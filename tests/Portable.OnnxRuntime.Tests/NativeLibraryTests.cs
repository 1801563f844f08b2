using Microsoft.ML.OnnxRuntime;

namespace VideoGrain.Portable.OnnxRuntime.Tests;

public sealed class NativeLibraryTests
{
    [Fact]
    public void Load_LibraryMissing_SaysHowToGetIt()
    {
        // What other tests use is loaded before the variable misleads the search.
        Assert.NotEmpty(OrtEnv.Instance().GetVersionString());
        var before = Environment.GetEnvironmentVariable(NativeLibraryLocator.PathVariable);
        Environment.SetEnvironmentVariable(NativeLibraryLocator.PathVariable, "/nowhere/libonnxruntime.so.1");
        try
        {
            var error = Assert.Throws<DllNotFoundException>(() => NativeLibraryLocator.Load(out _));

            Assert.Contains("eng/onnxruntime.sh", error.Message, StringComparison.Ordinal);
            Assert.Contains(NativeLibraryLocator.PathVariable, error.Message, StringComparison.Ordinal);
            Assert.Contains("/nowhere/libonnxruntime.so.1", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable(NativeLibraryLocator.PathVariable, before);
        }
    }

    [Fact]
    public void Load_LibraryInTheRepository_IsFoundFromTheProgramsFolder()
    {
        _ = NativeLibraryLocator.Load(out var path);

        Assert.EndsWith("libonnxruntime.so.1", path, StringComparison.Ordinal);
    }
}
