using BackgroundJobs;
using Wsmq;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthentication();
builder.Services.AddSingleton<Mailbox>();
builder.Services.AddSingleton<Invoices>();

// With a connection string for Redis any number of nodes share the jobs; without one they are in a SQLite file.
var wsmq = builder.Services.AddWsmq()
    .AddQueue("invoices", q => (q.MaxAttempts, q.MaxBackoff) = (10, TimeSpan.FromMinutes(10)))
    .AddWorker<SendInvoice, InvoiceSender>("invoices", w => w.Concurrency = 4)
    .AddWorker<SendReport, ReportSender>("invoices")
    .AddRecurring("invoices", "report", "0 18 * * MON-FRI", new SendReport("bookkeeping"), r => r.TimeZone = "Europe/Berlin");
if (builder.Configuration.GetConnectionString("Redis") is { } redis)
    wsmq.UseRedis(redis);

var app = builder.Build();
app.MapPost("/orders/{order}/invoice", (string order, string customer, double? delay, Invoices invoices, CancellationToken cancellationToken) =>
    invoices.SendLaterAsync(new SendInvoice(order, customer), TimeSpan.FromSeconds(delay ?? 0), cancellationToken));
app.MapGet("/invoices", (Mailbox mailbox) => mailbox.Sent);
app.MapGet("/reports", (Mailbox mailbox) => mailbox.Reports);
app.MapGet("/queue", (IWsmqQueues queues, CancellationToken cancellationToken) => queues.InfoAsync("invoices", cancellationToken));
app.Run();
