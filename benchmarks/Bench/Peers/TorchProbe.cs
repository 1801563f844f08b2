using System.ComponentModel;
using System.Diagnostics;

namespace VideoGrain.Bench.Peers;

/// <summary>Finds out whether there is a PyTorch.</summary>
internal static class TorchProbe
{
    /// <summary>Whether a Python can import torch and numpy.</summary>
    public static bool IsPresent(string python)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, ["-c", "import torch, numpy"]) { RedirectStandardError = true });
            process!.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
