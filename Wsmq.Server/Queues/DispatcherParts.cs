namespace Wsmq.Server.Queues;

/// <summary>Who learns of the jobs of all queues: logs and metrics, and the requests that wait for them.</summary>
internal sealed record DispatcherParts(QueueTelemetryFactory Telemetry, JobAnswers Answers);
