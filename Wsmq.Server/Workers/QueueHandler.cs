namespace Wsmq.Server.Workers;

/// <summary>A handler of the app for jobs of one type of a queue.</summary>
/// <param name="Queue">The name of the queue.</param>
/// <param name="Handler">The handler.</param>
internal sealed record QueueHandler(string Queue, JobHandler Handler);
