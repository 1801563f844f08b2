using Grpc.Net.Client.Balancer;

namespace Grpc.Net.Client.Channels;

/// <summary>Sends requests to an address of the service; a request that could not be sent because the address cannot be reached goes to the next.</summary>
internal sealed class Transport(HttpMessageInvoker invoker, AddressBook addresses, bool secure)
{
    /// <param name="createRequest">Makes the request for an address: its URI base, and the authority to name, if another.</param>
    /// <param name="waitForReady">Whether to wait while no address can be reached.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public async Task<HttpResponseMessage> SendAsync(
        Func<Uri, string?, HttpRequestMessage> createRequest, bool waitForReady, CancellationToken cancellationToken)
    {
        while (true)
        {
            var endpoint = await addresses.PickAsync(waitForReady, cancellationToken).ConfigureAwait(false);
            var request = createRequest(BaseUri(endpoint.Address), endpoint.Address.Authority);
            try
            {
                var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
                addresses.Succeeded(endpoint);
                return response;
            }
            catch (Exception exception) when (IsUnreachable(exception) && !cancellationToken.IsCancellationRequested)
            {
                addresses.Failed(endpoint, exception);
            }
        }
    }

    public void Dispose(bool disposeInvoker)
    {
        addresses.Dispose();
        if (disposeInvoker)
            invoker.Dispose();
    }

    // None of these sent a byte of the request, so sending it elsewhere is safe.
    private static bool IsUnreachable(Exception exception) => exception switch
    {
        HttpRequestException http => http.HttpRequestError
            is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        OperationCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        invoker is HttpClient client
            ? client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            : invoker.SendAsync(request, cancellationToken);

    private Uri BaseUri(BalancerAddress address) =>
        new UriBuilder(secure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, address.EndPoint.Host, address.EndPoint.Port).Uri;
}
