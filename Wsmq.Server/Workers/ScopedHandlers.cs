using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Workers;

/// <summary>Calls handlers of the app, each call in a service scope of its own.</summary>
internal sealed class ScopedHandlers(IServiceScopeFactory scopes, ILogger<AppWorkers> logger)
{
    public async Task HandleAsync<T, THandler>(WsmqJob<T> job, CancellationToken cancellationToken)
        where THandler : class, IWsmqJobHandler<T> => await CallAsync<THandler>(handler => handler.HandleAsync(job, cancellationToken));

    public async Task CallAsync<THandler>(Func<THandler, Task> call)
        where THandler : class
    {
        var scope = scopes.CreateAsyncScope();
        try
        {
            await call(scope.ServiceProvider.GetRequiredService<THandler>());
        }
        finally
        {
            await DisposeAsync(scope);
        }
    }

    public async Task<TReply> AnswerAsync<T, TReply, THandler>(WsmqRequest<T> request, CancellationToken cancellationToken)
        where THandler : class, IWsmqRequestHandler<T, TReply>
    {
        var scope = scopes.CreateAsyncScope();
        try
        {
            return await scope.ServiceProvider.GetRequiredService<THandler>().HandleAsync(request, cancellationToken);
        }
        finally
        {
            await DisposeAsync(scope);
        }
    }

    // Whether the attempt succeeded was decided by the handler.
    private async Task DisposeAsync(AsyncServiceScope scope)
    {
        try
        {
            await scope.DisposeAsync();
        }
        catch (Exception e)
        {
            Log.LoopFailed(logger, e);
        }
    }
}
