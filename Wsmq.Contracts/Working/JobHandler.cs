using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>Handles the jobs of one type of one queue.</summary>
/// <param name="type">The name of the type on the wire; null for a handler of all types that no other one takes.</param>
internal abstract class JobHandler(string? type)
{
    public string? Type => type;

    /// <summary>Reads the body; returns what calls the app's handler.</summary>
    /// <exception cref="JsonException">The body cannot be read as this type.</exception>
    public abstract Func<CancellationToken, Task<JobDecision?>> Bind(WsmqDelivery message, GivenJob job, ProgressReporter reporter);
}

/// <summary>A handler of jobs with typed bodies.</summary>
internal sealed class JobHandler<T>(string type, JsonTypeInfo<T> typeInfo, Func<WsmqJob<T>, CancellationToken, Task> handle) : JobHandler(type)
{
    public override Func<CancellationToken, Task<JobDecision?>> Bind(WsmqDelivery message, GivenJob job, ProgressReporter reporter)
    {
        if (message.Body is not { } json)
            throw new JsonException("The body is bytes, not JSON.");
        var body = json.To(typeInfo) ?? throw new JsonException($"The body is null, not a {typeof(T).Name}.");
        var typed = new WsmqJob<T>(message, body, job.Attempt) { LostLeases = job.Lost, Due = job.Due, Progress = job.Progress, Report = reporter.ReportAsync };
        return async cancellationToken =>
        {
            await handle(typed, cancellationToken).ConfigureAwait(false);
            return typed.Decision;
        };
    }
}

/// <summary>A handler of jobs of any type.</summary>
internal sealed class AnyJobHandler(Func<WsmqJob, CancellationToken, Task> handle) : JobHandler(type: null)
{
    public override Func<CancellationToken, Task<JobDecision?>> Bind(WsmqDelivery message, GivenJob job, ProgressReporter reporter)
    {
        var untyped = new WsmqJob(message, job.Attempt) { LostLeases = job.Lost, Due = job.Due, Progress = job.Progress, Report = reporter.ReportAsync };
        return async cancellationToken =>
        {
            await handle(untyped, cancellationToken).ConfigureAwait(false);
            return untyped.Decision;
        };
    }
}
