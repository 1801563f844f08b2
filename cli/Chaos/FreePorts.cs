using System.Net.NetworkInformation;

namespace VideoGrain.Cli.Chaos;

/// <summary>Ports that stay free for a service to come back to: below those that the system lends to outgoing connections.</summary>
internal static class FreePorts
{
    private const int First = 20000, Count = 10000;

    /// <summary>Takes ports nobody listens on at this moment.</summary>
    /// <param name="count">How many.</param>
    public static IReadOnlyList<int> Take(int count)
    {
        HashSet<int> taken = [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(e => e.Port)];

        // Runs side by side begin at different places.
        int start = Environment.ProcessId * count % Count;
        return [.. Enumerable.Range(0, Count).Select(i => First + ((start + i) % Count)).Where(p => !taken.Contains(p)).Take(count)];
    }
}
