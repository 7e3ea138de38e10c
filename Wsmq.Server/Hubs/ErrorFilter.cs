using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Server.Hubs;

/// <summary>
/// Passes the errors of wsmq to clients with their codes; SignalR hides the text of any other exception. A filter that the app adds for
/// this hub may wrap them: the inner exception counts.
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
