namespace Grpc.Core;

/// <summary>Receives a service's methods from generated code. The base throws; a server overrides what it serves.</summary>
public class ServiceBinderBase
{
    /// <summary>Adds a method of the kind: unary call.</summary>
    /// <typeparam name="TRequest">Request message type.</typeparam>
    /// <typeparam name="TResponse">Response message type.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="handler">Its handler; null when generated code only announces the method.</param>
    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class =>
        throw Unsupported();

    /// <summary>Adds a method of the kind: client-streaming call.</summary>
    /// <typeparam name="TRequest">Request message type.</typeparam>
    /// <typeparam name="TResponse">Response message type.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="handler">Its handler; null when generated code only announces the method.</param>
    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class =>
        throw Unsupported();

    /// <summary>Adds a method of the kind: server-streaming call.</summary>
    /// <typeparam name="TRequest">Request message type.</typeparam>
    /// <typeparam name="TResponse">Response message type.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="handler">Its handler; null when generated code only announces the method.</param>
    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class =>
        throw Unsupported();

    /// <summary>Adds a method of the kind: duplex-streaming call.</summary>
    /// <typeparam name="TRequest">Request message type.</typeparam>
    /// <typeparam name="TResponse">Response message type.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="handler">Its handler; null when generated code only announces the method.</param>
    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class =>
        throw Unsupported();

    private static NotImplementedException Unsupported() => new("This binder does not serve methods of this kind.");
}
