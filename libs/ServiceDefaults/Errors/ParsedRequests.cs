using Google.Protobuf;
using Grpc.Core;

namespace VideoGrain.ServiceDefaults.Errors;

/// <summary>
/// Binds a service so that a call whose only request cannot be parsed is answered INVALID_ARGUMENT. gRPC parses it before any interceptor runs, and would
/// answer without details, as if the service were at fault. Messages of request streams are parsed within the call, which answers for them itself.
/// </summary>
/// <remarks>A service names a method that uses it in a <see cref="BindServiceMethodAttribute"/>, which goes before that of its generated base class.</remarks>
/// <param name="binder">Takes the methods.</param>
public sealed class ParsedRequests(ServiceBinderBase binder) : ServiceBinderBase
{
    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        binder.AddMethod(Checked(method), handler);

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        binder.AddMethod(Checked(method), handler);

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        binder.AddMethod(method, handler);

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
        binder.AddMethod(method, handler);

    private static Method<TRequest, TResponse> Checked<TRequest, TResponse>(Method<TRequest, TResponse> method)
    {
        var requests = method.RequestMarshaller;
        var checkedRequests = Marshallers.Create(requests.ContextualSerializer, context =>
        {
            try
            {
                return requests.ContextualDeserializer(context);
            }
            catch (InvalidProtocolBufferException exception)
            {
                throw new VideoGrainException(StatusCode.InvalidArgument, ErrorReasons.MessageMalformed, "the request cannot be parsed", exception).ToRpcException();
            }
        });
        return new Method<TRequest, TResponse>(method.Type, method.ServiceName, method.Name, checkedRequests, method.ResponseMarshaller);
    }
}
