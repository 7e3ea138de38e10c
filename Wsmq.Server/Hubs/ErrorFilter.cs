using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Server.Hubs;

/// <summary>Lets the errors of wsmq reach clients with their codes; SignalR hides what any other exception says.</summary>
internal sealed class ErrorFilter : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (WsmqException e)
        {
            throw new HubException(e.Message, e);
        }
    }

    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        try
        {
            await next(context);
        }
        catch (WsmqException e)
        {
            throw new HubException(e.Message, e);
        }
    }
}
