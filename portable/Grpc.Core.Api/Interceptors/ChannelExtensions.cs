namespace Grpc.Core.Interceptors;

/// <summary>Puts interceptors in front of a channel.</summary>
public static class ChannelExtensions
{
    /// <summary>Puts one interceptor in front.</summary>
    /// <param name="channel">Makes the calls.</param>
    /// <param name="interceptor">The interceptor.</param>
    /// <returns>An invoker that intercepts.</returns>
    public static CallInvoker Intercept(this ChannelBase channel, Interceptor interceptor) =>
        channel.CreateCallInvoker().Intercept(interceptor);

    /// <summary>Puts several interceptors in front.</summary>
    /// <param name="channel">Makes the calls.</param>
    /// <param name="interceptors">The first sees a call first.</param>
    /// <returns>An invoker that intercepts.</returns>
    public static CallInvoker Intercept(this ChannelBase channel, params Interceptor[] interceptors) =>
        channel.CreateCallInvoker().Intercept(interceptors);

    /// <summary>Changes the metadata of every call.</summary>
    /// <param name="channel">Makes the calls.</param>
    /// <param name="interceptor">Gives the metadata to send instead.</param>
    /// <returns>An invoker that intercepts.</returns>
    public static CallInvoker Intercept(this ChannelBase channel, Func<Metadata, Metadata> interceptor) =>
        channel.CreateCallInvoker().Intercept(interceptor);
}
