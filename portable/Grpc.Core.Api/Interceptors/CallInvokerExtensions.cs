namespace Grpc.Core.Interceptors;

/// <summary>Puts interceptors in front of an invoker.</summary>
public static class CallInvokerExtensions
{
    /// <summary>Puts one interceptor in front.</summary>
    /// <param name="invoker">Makes the calls.</param>
    /// <param name="interceptor">The interceptor.</param>
    /// <returns>An invoker that intercepts.</returns>
    public static CallInvoker Intercept(this CallInvoker invoker, Interceptor interceptor) =>
        new InterceptingCallInvoker(invoker, interceptor);

    /// <summary>Puts several interceptors in front.</summary>
    /// <param name="invoker">Makes the calls.</param>
    /// <param name="interceptors">The first sees a call first.</param>
    /// <returns>An invoker that intercepts.</returns>
    public static CallInvoker Intercept(this CallInvoker invoker, params Interceptor[] interceptors)
    {
        ArgumentNullException.ThrowIfNull(invoker);
        ArgumentNullException.ThrowIfNull(interceptors);
        for (var i = interceptors.Length - 1; i >= 0; i--)
            invoker = invoker.Intercept(interceptors[i]);
        return invoker;
    }

    /// <summary>Changes the metadata of every call.</summary>
    /// <param name="invoker">Makes the calls.</param>
    /// <param name="interceptor">Gives the metadata to send instead.</param>
    /// <returns>An invoker that intercepts.</returns>
    public static CallInvoker Intercept(this CallInvoker invoker, Func<Metadata, Metadata> interceptor) =>
        new InterceptingCallInvoker(invoker, new MetadataInterceptor(interceptor));
}
