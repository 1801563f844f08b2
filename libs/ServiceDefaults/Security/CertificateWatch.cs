using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>The certificate files of this process: reads them again when they are rotated, and tells operators when they expire.</summary>
public sealed class CertificateWatch
{
    private const string PurposeKey = "purpose";
    private readonly ConcurrentDictionary<string, Func<DateTimeOffset>> _expiries = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly ILogger<CertificateWatch> _logger;

    /// <summary>Makes the gauge on the service's meter.</summary>
    public CertificateWatch(IMeterFactory meters, ServiceDescription service, TimeProvider time, ILogger<CertificateWatch> logger)
    {
        (_time, _logger) = (time, logger);
        meters.Create(service.MeterName, service.Version).CreateObservableGauge(
            "videograin.certificate.expiry.timestamp",
            () => _expiries.Select(entry => new Measurement<double>(
                entry.Value().ToUnixTimeMilliseconds() / 1000.0, new KeyValuePair<string, object?>(PurposeKey, entry.Key))),
            "s",
            "When a certificate of this process expires, in seconds since 1970; of several the first to expire.");
    }

    /// <summary>Watches a certificate with its key.</summary>
    /// <param name="purpose">Label in the metric, such as "server".</param>
    /// <param name="path">PEM file with the chain, the certificate first.</param>
    /// <param name="keyPath">PEM file with the key.</param>
    /// <exception cref="InvalidOperationException">The files cannot be used.</exception>
    public ReloadingFile<CertificateWithChain> Watch(string purpose, string path, string keyPath)
    {
        var file = new ReloadingFile<CertificateWithChain>([path, keyPath], texts => CertificateWithChain.FromPem(texts[0], texts[1]), _time, _logger);
        _expiries[purpose] = () => file.Current.Leaf.NotAfter;
        return file;
    }

    /// <summary>Watches the certificates of authorities.</summary>
    /// <param name="purpose">Label in the metric, such as "client_ca".</param>
    /// <param name="path">PEM file with one or more certificates.</param>
    /// <exception cref="InvalidOperationException">The file cannot be used.</exception>
    public ReloadingFile<CertificateAuthorities> WatchAuthorities(string purpose, string path)
    {
        var file = new ReloadingFile<CertificateAuthorities>([path], texts => CertificateAuthorities.FromPem(texts[0]), _time, _logger);
        _expiries[purpose] = () => file.Current.ExpiresAt;
        return file;
    }
}
