using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Server.Hubs;

/// <summary>
/// Lets the errors of wsmq reach clients with their codes; SignalR hides what any other exception says. A filter that the app adds
/// for this hub may wrap them: what is inside counts.
/// </summary>
internal sealed class ErrorFilter : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (Exception e) when (Cause(e) is { } cause)
        {
            throw new HubException(cause.Message, cause);
        }
    }

    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        try
        {
            await next(context);
        }
        catch (Exception e) when (Cause(e) is { } cause)
        {
            throw new HubException(cause.Message, cause);
        }
    }

    private static WsmqException? Cause(Exception? e)
    {
        while (e is not null and not WsmqException)
            e = e.InnerException;
        return (WsmqException?)e;
    }
}
