using System.Net;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>Asks the system's resolver.</summary>
internal sealed class DnsLookup : IHostLookup
{
    public Task<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken);
}
