using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Workers;

/// <summary>Handles the jobs of one type of one queue.</summary>
internal abstract class JobHandler(string queue, string type)
{
    public string Queue => queue;

    /// <summary>The name of the type on the wire.</summary>
    public string Type => type;

    /// <summary>Reads the body; returns what calls the app's handler.</summary>
    /// <exception cref="JsonException">The body cannot be read as this type.</exception>
    public abstract Func<IServiceProvider, CancellationToken, Task<JobDecision?>> Bind(WsmqDelivery message, TakenJob job);
}

/// <summary>The handler <typeparamref name="THandler"/> of the app.</summary>
internal sealed class JobHandler<T, THandler>(string queue, string type, JsonTypeInfo<T> typeInfo) : JobHandler(queue, type)
    where THandler : class, IWsmqJobHandler<T>
{
    public override Func<IServiceProvider, CancellationToken, Task<JobDecision?>> Bind(WsmqDelivery message, TakenJob job)
    {
        if (message.Body is not { } json)
            throw new JsonException("The body is bytes, not JSON.");
        var body = json.To(typeInfo) ?? throw new JsonException($"The body is null, not a {typeof(T).Name}.");
        var typed = new WsmqJob<T>(message, body, job.Attempt)
        {
            LostLeases = job.Lost, Due = DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(job.Due),
        };
        return async (services, cancellationToken) =>
        {
            await services.GetRequiredService<THandler>().HandleAsync(typed, cancellationToken);
            return typed.Decision;
        };
    }
}
