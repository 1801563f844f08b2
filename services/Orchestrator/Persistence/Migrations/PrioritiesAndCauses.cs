using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using VideoGrain.Orchestrator.Jobs;

namespace VideoGrain.Orchestrator.Persistence.Migrations;

/// <summary>Version 2: a job's priority, the errors that led to its failure, and indexes for the order of the queue.</summary>
[DbContext(typeof(JobsDbContext))]
[Migration("20261125000000_PrioritiesAndCauses")]
internal sealed class PrioritiesAndCauses : Migration
{
    private const string UrgencyIndex = "IX_jobs_Caller_State_Priority_QueueTag_Id";
    private const string CallerIndex = "IX_jobs_Caller_QueueTag";
    private const string TagIndex = "IX_jobs_QueueTag";
    private const string FormerCallerIndex = "IX_jobs_Caller_State_QueueTag";

    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<int>("Priority", "jobs", nullable: false, defaultValue: (int)JobPriority.Normal);
        migrationBuilder.AddColumn<byte[]>("Causes", "jobs", nullable: true);
        migrationBuilder.AddColumn<bool>("IsDeadLetter", "jobs", nullable: false, defaultValue: false);
        migrationBuilder.CreateIndex(UrgencyIndex, "jobs", ["Caller", "State", "Priority", "QueueTag", "Id"], descending: [false, false, true, false, false]);
        migrationBuilder.CreateIndex(CallerIndex, "jobs", ["Caller", "QueueTag"]);
        migrationBuilder.CreateIndex(TagIndex, "jobs", "QueueTag");
        migrationBuilder.DropIndex(FormerCallerIndex, "jobs");
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateIndex(FormerCallerIndex, "jobs", ["Caller", "State", "QueueTag"]);
        foreach (var index in (string[])[UrgencyIndex, CallerIndex, TagIndex])
            migrationBuilder.DropIndex(index, "jobs");
        foreach (var column in (string[])["Priority", "Causes", "IsDeadLetter"])
            migrationBuilder.DropColumn(column, "jobs");
    }
}
