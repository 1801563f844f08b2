using System.IO.Compression;
using Grpc.Net.Compression;

namespace Grpc.Net.Wire;

/// <summary>The compressions one side knows, by name.</summary>
internal sealed class CompressionCatalog
{
    private readonly Dictionary<string, ICompressionProvider> _providers;

    public CompressionCatalog(IEnumerable<ICompressionProvider> providers)
    {
        _providers = new Dictionary<string, ICompressionProvider>(StringComparer.Ordinal);
        foreach (var provider in providers)
            _providers[provider.EncodingName] = provider;
        AcceptEncoding = string.Join(',', _providers.Keys.Prepend(WireNames.Identity));
    }

    public static IReadOnlyList<ICompressionProvider> DefaultProviders { get; } =
        [new GzipCompressionProvider(CompressionLevel.Fastest), new DeflateCompressionProvider(CompressionLevel.Fastest)];

    /// <summary>The value of grpc-accept-encoding.</summary>
    public string AcceptEncoding { get; }

    public ICompressionProvider? Find(string encoding) => _providers.GetValueOrDefault(encoding);
}
