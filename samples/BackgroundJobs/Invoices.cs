using System.Collections.Concurrent;
using Wsmq;

namespace BackgroundJobs;

[WsmqMessageType("send-invoice")]
internal sealed record SendInvoice(string Order, string Customer);

/// <summary>What other endpoints of the app call: stores the job and returns. The worker of any node sends the invoice.</summary>
internal sealed class Invoices(IWsmqPublisher wsmq)
{
    public static readonly WsmqAddress Queue = WsmqAddress.Work("invoices");

    /// <summary>
    /// Invoices of one customer go out one after another. A second call for an order whose invoice has not gone out yet stores nothing.
    /// </summary>
    public Task<WsmqReceipt> SendLaterAsync(SendInvoice invoice, TimeSpan delay, CancellationToken cancellationToken) => wsmq.SendAsync(
        Queue, invoice, new WsmqSendOptions { Key = invoice.Customer, UniqueId = invoice.Order, Delay = delay }, cancellationToken);
}

/// <summary>Handles each job in a service scope of its own; a real one would have a DbContext and an SMTP client.</summary>
internal sealed class InvoiceSender(Mailbox mailbox) : IWsmqJobHandler<SendInvoice>
{
    public async Task HandleAsync(WsmqJob<SendInvoice> job, CancellationToken cancellationToken)
    {
        if (!mailbox.Knows(job.Body.Customer))
        {
            // No attempt can succeed: a dead letter, for the operator.
            job.Reject("unknown customer");
            return;
        }

        // Throws when the mail server is away: the job is tried again, after 1, 2, 4 … seconds.
        await mailbox.SendAsync(job.Body, cancellationToken);
    }
}

[WsmqMessageType("send-report")]
internal sealed record SendReport(string To);

/// <summary>Handles the recurring job: one each working day, whatever the number of nodes.</summary>
internal sealed class ReportSender(Mailbox mailbox) : IWsmqJobHandler<SendReport>
{
    public Task HandleAsync(WsmqJob<SendReport> job, CancellationToken cancellationToken)
    {
        mailbox.Reports.Enqueue($"{job.Body.To}, {job.Occurrence:u}: {mailbox.Sent.Count} invoices");
        return Task.CompletedTask;
    }
}

/// <summary>Stands for the mail server; it refuses the first attempt at each order that begins with "unlucky".</summary>
internal sealed class Mailbox
{
    private readonly HashSet<string> _customers = ["alice", "bob", "carol"];
    private readonly ConcurrentDictionary<string, int> _attempts = new();

    public ConcurrentQueue<string> Sent { get; } = new();

    public ConcurrentQueue<string> Reports { get; } = new();

    public bool Knows(string customer) => _customers.Contains(customer);

    public async Task SendAsync(SendInvoice invoice, CancellationToken cancellationToken)
    {
        await Task.Delay(100, cancellationToken);
        if (_attempts.AddOrUpdate(invoice.Order, 1, (_, n) => n + 1) == 1 && invoice.Order.StartsWith("unlucky", StringComparison.Ordinal))
            throw new IOException("The mail server does not answer.");
        Sent.Enqueue(invoice.Order);
    }
}
