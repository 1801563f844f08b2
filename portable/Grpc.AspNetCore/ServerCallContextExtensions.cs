using Grpc.AspNetCore.Server.Calls;
using Microsoft.AspNetCore.Http;

namespace Grpc.Core;

/// <summary>Leads from a call to its HTTP request.</summary>
public static class ServerCallContextExtensions
{
    // Test doubles of ServerCallContext put the HTTP context into the user state under this key.
    private const string HttpContextKey = "__HttpContext";

    /// <summary>Gives the HTTP context that a call runs in.</summary>
    /// <param name="serverCallContext">The call.</param>
    /// <returns>The HTTP context.</returns>
    /// <exception cref="InvalidOperationException">The call does not run in an HTTP context.</exception>
    public static HttpContext GetHttpContext(this ServerCallContext serverCallContext)
    {
        ArgumentNullException.ThrowIfNull(serverCallContext);
        if (serverCallContext is ServerCall call)
            return call.HttpContext;
        return serverCallContext.UserState.TryGetValue(HttpContextKey, out var value) && value is HttpContext context
            ? context
            : throw new InvalidOperationException("This call does not run in an HTTP context.");
    }
}
