using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client.Calls;
using Grpc.Net.Client.Channels;
using Grpc.Net.Client.Configuration;
using Grpc.Net.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Grpc.Net.Client;

/// <summary>Makes calls to one service, over HTTP/2 connections that it opens, shares and reopens as needed. Thread-safe; meant to be kept.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    // The least time that gRPC's connection back-off protocol gives an attempt to connect.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<IDisposable, bool> _activeCalls = new();
    private readonly bool _ownsInvoker;
    private volatile bool _disposed;

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        var loggerFactory = options.LoggerFactory ?? options.ServiceProvider?.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        Address = address;
        Options = options;
        Logger = loggerFactory.CreateLogger(typeof(GrpcChannel).FullName!);
        Compression = new CompressionCatalog([.. CompressionCatalog.DefaultProviders, .. options.CompressionProviders ?? []]);
        (IsSecure, CallCredentials) = ReadCredentials(address, options);
        _ownsInvoker = (options.HttpClient is null && options.HttpHandler is null) || options.DisposeHttpClient;
        var invoker = options.HttpClient ?? new HttpMessageInvoker(
            options.HttpHandler ?? new SocketsHttpHandler { EnableMultipleHttp2Connections = true, ConnectTimeout = ConnectTimeout },
            disposeHandler: _ownsInvoker);
        var roundRobin = (options.ServiceConfig?.LoadBalancingConfigs ?? [])
            .Select(config => config.PolicyName)
            .FirstOrDefault(name => name is LoadBalancingConfig.RoundRobinPolicyName or LoadBalancingConfig.PickFirstPolicyName)
            == LoadBalancingConfig.RoundRobinPolicyName;
        var addresses = new AddressBook(ResolverSelection.Create(address, IsSecure, options, loggerFactory), roundRobin, options, Logger);
        Transport = new Transport(invoker, addresses, IsSecure);
    }

    internal Uri Address { get; }

    internal GrpcChannelOptions Options { get; }

    internal ILogger Logger { get; }

    internal bool IsSecure { get; }

    internal IReadOnlyList<CallCredentials> CallCredentials { get; }

    internal CompressionCatalog Compression { get; }

    internal Transport Transport { get; }

    /// <summary>Creates a channel.</summary>
    /// <param name="address">http://host:port, https://host:port, dns:///host:port, or static:///name.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>Creates a channel.</summary>
    /// <param name="address">http://host:port, https://host:port, dns:///host:port, or static:///name.</param>
    /// <param name="channelOptions">Its options.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) =>
        ForAddress(new Uri(address), channelOptions);

    /// <summary>Creates a channel.</summary>
    /// <param name="address">http://host:port, https://host:port, dns:///host:port, or static:///name.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>Creates a channel.</summary>
    /// <param name="address">http://host:port, https://host:port, dns:///host:port, or static:///name.</param>
    /// <param name="channelOptions">Its options.</param>
    /// <returns>The channel.</returns>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="InvalidOperationException">Address and credentials do not fit, or no resolver knows the scheme.</exception>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        if (channelOptions.HttpClient is not null && channelOptions.HttpHandler is not null)
            throw new ArgumentException("HttpClient and HttpHandler exclude each other.", nameof(channelOptions));
        return new GrpcChannel(address, channelOptions);
    }

    /// <inheritdoc/>
    public override CallInvoker CreateCallInvoker()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new HttpCallInvoker(this);
    }

    /// <summary>Cancels the calls that run and closes the connections that the channel owns.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (var call in _activeCalls.Keys)
            call.Dispose();
        Transport.Dispose(_ownsInvoker);
    }

    internal void Add(IDisposable call)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _activeCalls[call] = true;

        // The channel may have been disposed in between.
        if (_disposed)
            call.Dispose();
    }

    internal void Remove(IDisposable call) => _activeCalls.TryRemove(call, out _);

    /// <inheritdoc/>
    protected override Task ShutdownAsyncCore()
    {
        Dispose();
        return Task.CompletedTask;
    }

    private static (bool IsSecure, IReadOnlyList<CallCredentials> Calls) ReadCredentials(Uri address, GrpcChannelOptions options)
    {
        bool? byScheme = ResolverSelection.IsHttp(address) ? address.Scheme == Uri.UriSchemeHttps : null;
        if (options.Credentials is null)
        {
            return (byScheme ?? throw new InvalidOperationException(
                $"Whether '{address}' uses TLS cannot be told from its scheme: set {nameof(GrpcChannelOptions)}.{nameof(GrpcChannelOptions.Credentials)}."), []);
        }

        var visitor = new CredentialsVisitor();
        options.Credentials.InternalPopulateConfiguration(visitor, options.Credentials);
        var secure = visitor.IsSecure ?? false;
        if (byScheme is { } scheme && scheme != secure)
            throw new InvalidOperationException($"The credentials {(secure ? "use" : "do not use")} TLS, the address '{address}' {(scheme ? "does" : "does not")}.");
        if (!secure && visitor.CallCredentials.Count > 0 && !options.UnsafeUseInsecureChannelCallCredentials)
            throw new InvalidOperationException("Call credentials need a channel that uses TLS.");
        return (secure, visitor.CallCredentials);
    }
}
