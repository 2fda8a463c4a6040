/**
 * The dialogs of the nodes for jobs and events.
 */
import assert from 'node:assert/strict';
import { connectionNode, eventNode, jobStatusNode, propertiesOf } from './nodes.ts';
import { describeOnEachLine } from './stage.ts';

describeOnEachLine('dialogs for jobs and events', (test) => {
  test('ask a job status node only for what it needs', async (stage) => {
    const editor = await stage.open();
    await editor.add([connectionNode('c1'), jobStatusNode('j1', 'c1')]);
    await editor.edit('j1');
    const shown: Record<string, readonly boolean[]> = {};
    for (const mode of ['wait', 'read', 'log', 'list']) {
      await editor.field('mode').selectOption(mode);
      shown[mode] = [await editor.jobIdText.isVisible(), await editor.field('limit').isVisible()];
    }
    assert.deepEqual(shown, {
      wait: [true, true],
      read: [true, false],
      log: [true, false],
      list: [false, false],
    });
    await editor.done();
    assert.equal(propertiesOf(await editor.exported(), 'j1').mode, 'list');
  });

  test('let the path of an event follow its type until somebody chooses one', async (stage) => {
    const editor = await stage.open();
    await editor.add([connectionNode('c1'), eventNode('e1', 'c1', { path: '' })]);
    await editor.edit('e1');
    const path = editor.field('path');
    const address = async () => (await editor.page.locator('#norce-event-address').textContent()) ?? '';
    assert.equal(await path.inputValue(), 'norce/job-completed');
    assert.equal(await address(), `${stage.nodeRed.url}/norce/job-completed`);
    await editor.field('event').selectOption('SkuPriceChangedNotification');
    assert.equal(await path.inputValue(), 'norce/sku-price-changed');
    await path.fill('/shop/prices/');
    assert.equal(await address(), `${stage.nodeRed.url}/shop/prices`);
    await editor.field('event').selectOption('OrderReceivedEvent');
    assert.equal(await path.inputValue(), '/shop/prices/');
    await path.fill('\x24{EVENT_PATH}');
    assert.match(await address(), /environment variables/);
    await editor.cancel();
  });

  test('make up a secret that is shown once, and never kept in a flow', async (stage) => {
    const editor = await stage.open();
    await editor.add([connectionNode('c1'), eventNode('e1', 'c1')]);
    await editor.edit('e1');
    const field = editor.field('secret');
    const isUnfit = async () => ((await field.getAttribute('class')) ?? '').includes('input-error');
    await field.fill('too short');
    await field.press('Tab');
    assert.ok(await isUnfit());
    const copy = editor.page.locator('#norce-event-copy');
    assert.ok(!(await copy.isVisible()));
    await editor.page.locator('#norce-event-make').click();
    assert.ok(!(await isUnfit()));
    const made = await field.inputValue();
    assert.match(made, /^[0-9a-f]{64}$/);
    assert.equal(await editor.page.locator('#norce-event-made code').textContent(), made);
    await copy.click();
    await editor.page.getByText('Copied').waitFor();
    await editor.page.locator('#norce-event-make').click();
    assert.notEqual(await field.inputValue(), made);
    const last = await field.inputValue();
    await editor.done();
    await editor.deploy();
    assert.ok(!JSON.stringify(await stage.nodeRed.flows()).includes(last));
    assert.ok(!(await editor.exportText()).includes(last));

    const later = await stage.reopen();
    await later.edit('e1');
    assert.equal(await later.field('secret').inputValue(), '__PWRD__');
    assert.equal((await later.page.locator('#norce-event-made').textContent()) ?? '', '');
    assert.deepEqual(await later.faultsOfText(), []);
    await later.cancel();
    assert.deepEqual(await later.reasons('e1'), []);
  });
});
